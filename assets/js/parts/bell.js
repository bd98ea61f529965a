// SPDX-License-Identifier: EUPL-1.2
// The number beside the bell stays true without a storm of questions: only a page that is looked at asks, at longer and
// longer intervals while nothing happens, and tells the reader's other pages what it heard.
const bell = document.querySelector('.js-bell');
const FIRST = 60_000, LONGEST = 600_000;

function show(unread) {
  const count = bell.querySelector('.bell-count');
  bell.dataset.unread = unread;
  count.hidden = !unread;
  count.firstChild.textContent = unread < 100 ? String(unread) : '99+';
}

if (bell) {
  const others = 'BroadcastChannel' in window ? new BroadcastChannel('filanda-unread') : null;
  let wait = FIRST;
  let heardAt = Date.now();
  let timer = 0;
  const plan = () => { clearTimeout(timer); timer = setTimeout(ask, wait + Math.random() * 5_000); };
  const hear = (unread) => {
    wait = Number(bell.dataset.unread) === unread ? Math.min(wait * 1.5, LONGEST) : FIRST;
    heardAt = Date.now();
    show(unread);
    plan();
  };
  async function ask() {
    if (document.hidden) return;
    try {
      const answer = await fetch(bell.dataset.count, { headers: { Accept: 'application/json' } });
      if (!answer.ok) { plan(); return; }
      const { unread } = await answer.json();
      others?.postMessage(unread);
      hear(unread);
    } catch { plan(); }
  }
  others?.addEventListener('message', (event) => { if (Number.isInteger(event.data)) hear(event.data); });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) { clearTimeout(timer); return; }
    if (Date.now() - heardAt > FIRST / 2) { wait = FIRST; ask(); } else plan();
  });
  others?.postMessage(Number(bell.dataset.unread));
  plan();
}
