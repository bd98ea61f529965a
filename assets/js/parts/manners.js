// SPDX-License-Identifier: EUPL-1.2
// Small manners: copy the address, put a result aside, menus that close, "/" for the search field, Ctrl+Enter to send.
const dismissed = `filanda-aside-${location.pathname}`;
const aside = () => { try { return new Set(JSON.parse(sessionStorage.getItem(dismissed)) ?? []); } catch { return new Set(); } };

function putAside(match, away) {
  match.classList.toggle('match-away', away);
  const button = match.querySelector('.js-dismiss');
  if (!button) return;
  const words = button.firstChild;
  button.dataset.words ??= words.textContent;
  words.textContent = away ? button.dataset.undo : button.dataset.words;
}

function ready(root) {
  for (const button of root.querySelectorAll('.js-copy, .js-dismiss')) button.hidden = false;
  const away = aside();
  for (const match of root.querySelectorAll('.match')) if (away.has(match.id)) putAside(match, true);
}
ready(document);
document.addEventListener('htmx:after:swap', () => ready(document));

document.querySelector('.js-errors')?.focus();

// On a phone the tabs of a place are wider than the screen: the one that is open comes into sight.
for (const here of document.querySelectorAll('.tabs [aria-current]')) {
  const tabs = here.closest('.tabs'), place = here.getBoundingClientRect();
  tabs.scrollLeft += place.left + place.width / 2 - innerWidth / 2;
}

document.addEventListener('click', async (event) => {
  const copy = event.target.closest('.js-copy');
  if (copy) {
    try {
      await navigator.clipboard.writeText(copy.dataset.copy);
      copy.lastElementChild.textContent = copy.dataset.done;
    } catch { /* no permission: the address bar still has it */ }
  }
  const dismiss = event.target.closest('.js-dismiss');
  if (dismiss) {
    const match = dismiss.closest('.match');
    const list = aside();
    const away = !list.has(match.id);
    if (away) list.add(match.id); else list.delete(match.id);
    sessionStorage.setItem(dismissed, JSON.stringify([...list]));
    putAside(match, away);
  }
  for (const menu of document.querySelectorAll('.js-drop[open]')) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    for (const menu of document.querySelectorAll('.js-drop[open]')) { menu.open = false; menu.querySelector('summary').focus(); }
  }
  const typing = event.target.closest?.('input, textarea, select, [contenteditable]');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const field = document.querySelector('.js-slash, #need-text');
    if (field) { event.preventDefault(); field.focus(); }
  }
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && event.target.matches?.('textarea')) event.target.form?.requestSubmit();
});
