// SPDX-License-Identifier: EUPL-1.2
// Lists that one works through: j and k to move, o to open, a for the first action, t to take, s to put off, x to tick,
// ? for the list of keys. The keys do nothing while somebody types, and can be turned off (WCAG 2.1.4); that is kept in this browser.
const OFF = 'filanda-keys-off';
const list = document.querySelector('.js-keys');
const help = document.querySelector('.js-keys-help');
const isOff = () => { try { return localStorage.getItem(OFF) === '1'; } catch { return false; } };

function go(step) {
  const items = [...list.children];
  const here = items.indexOf(document.activeElement?.closest?.('.js-keys > *'));
  const next = items[Math.min(Math.max(here + step, 0), items.length - 1)];
  next.tabIndex = -1;
  next.focus();
}

if (list && help && !matchMedia('(pointer: coarse)').matches) {
  const button = help.querySelector('button');
  const say = () => { button.textContent = isOff() ? help.dataset.off : help.dataset.on; };
  say();
  help.hidden = false;
  button.addEventListener('click', () => {
    try { localStorage.setItem(OFF, isOff() ? '0' : '1'); } catch { /* no storage: they stay on */ }
    say();
  });
  document.addEventListener('keydown', (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]')) return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if (event.key === '?') { help.tabIndex = -1; help.focus(); }
    else if (['o', 'a', 'x', 't', 's'].includes(event.key)) {
      const what = event.key === 'o' ? 'h2 a, h3 a' : `.js-key-${event.key}`;
      document.activeElement?.closest?.('.js-keys > *')?.querySelector(what)?.click();
    }
  });
}
