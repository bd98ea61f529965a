// SPDX-License-Identifier: EUPL-1.2
// Discussions: the keyboard, the composer's tools, drafts, names, and what comes back without a reload. Everything here
// works without it, by links and forms.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);

// --- The composer: kept as one types, shown as it will look, with tools for those who know no Markdown.
function surround(field, before, after = before, words = '') {
  const { selectionStart: a, selectionEnd: b, value } = field;
  const inner = value.slice(a, b) || words;
  field.setRangeText(before + inner + after, a, b, 'end');
  field.setSelectionRange(a + before.length, a + before.length + inner.length);
  changed(field);
}
function lines(field, mark) {
  const { selectionStart: a, selectionEnd: b, value } = field;
  const from = value.lastIndexOf('\n', a - 1) + 1;
  field.setRangeText(value.slice(from, b).split('\n').map((line) => mark + line).join('\n'), from, b, 'end');
  changed(field);
}
function changed(field) { field.focus(); field.dispatchEvent(new Event('input', { bubbles: true })); }

function compose(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = '1';
  const field = one('.js-source', form);
  const state = one('.js-draft-state', form);
  const { root, place } = form.dataset;
  const token = form.elements.csrfmiddlewaretoken.value;
  one('.js-tabs', form).hidden = false;
  one('.js-no-script', form).hidden = true;

  // Drafts, on the server: there from any device, and after a crash. What was sent is no draft.
  let timer, sent = false, stored = field.value;
  const save = async (last) => {
    clearTimeout(timer);
    const title = form.elements.title?.value ?? '';
    if (sent || stored === title + field.value) return;
    const body = new URLSearchParams({ place, title, source: field.value, csrfmiddlewaretoken: token });
    const now = title + field.value;
    try {
      const answer = await fetch(`${root}draft/`, { method: 'POST', body, keepalive: last && field.value.length < 20000 });
      if (!answer.ok) throw new Error(answer.status);
      stored = now;
      if (!sent) state.textContent = form.dataset.saved;
    } catch { if (!sent) state.textContent = form.dataset.unsaved; }
  };
  stored = (form.elements.title?.value ?? '') + field.value;
  form.addEventListener('input', () => { clearTimeout(timer); state.textContent = ''; timer = setTimeout(save, 900); });
  form.addEventListener('submit', () => { sent = true; clearTimeout(timer); });
  form.addEventListener('again', () => { sent = false; });
  addEventListener('pagehide', () => { if (form.isConnected) save(true); });

  // Preview in place.
  const shown = one('.js-shown', form);
  const [write, look] = [one('.js-write', form), one('.js-preview', form)];
  const turn = (on) => {
    field.hidden = on; shown.hidden = !on;
    look.setAttribute('aria-pressed', on); write.setAttribute('aria-pressed', !on);
  };
  write.addEventListener('click', () => { turn(false); field.focus(); });
  look.addEventListener('click', async () => {
    try {
      const body = new URLSearchParams({ source: field.value, csrfmiddlewaretoken: token });
      shown.innerHTML = await (await fetch(`${root}preview/`, { method: 'POST', body })).text();
    } catch { shown.textContent = form.dataset.unsaved; }
    turn(true);
    shown.focus();
  });
  if (!shown.hidden) turn(false);

  const tools = one('.js-tools', form);
  const words = form.dataset.words.split('|');
  const acts = [
    () => surround(field, '**', '**', words[0]), () => surround(field, '*', '*', words[1]),
    () => surround(field, '[', '](https://)', words[2]), () => lines(field, '- '), () => lines(field, '> '),
    () => (field.value.slice(field.selectionStart, field.selectionEnd).includes('\n') ? surround(field, '```\n', '\n```') : surround(field, '`', '`', words[5])),
  ];
  words.forEach((word, place) => {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', className: 'act', textContent: word });
    button.addEventListener('click', acts[place]);
    tools.append(button);
  });

  name(form, field, root);

  const to = one('.js-to', form);
  const drop = one('.js-to-drop', form);
  drop.hidden = false;
  drop.addEventListener('click', () => { form.elements.reply_to.value = ''; to.hidden = true; field.focus(); });
}

// --- @names: whom one may name here, as one types.
function name(form, field, root) {
  const list = one('.js-people', form);
  let at = -1, chosen = 0, asked = 0, timer;
  const close = () => { list.hidden = true; at = -1; field.removeAttribute('aria-activedescendant'); };
  list.id = 'people';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', '@');
  Object.entries({ 'aria-autocomplete': 'list', 'aria-controls': 'people', 'aria-haspopup': 'listbox' }).forEach(([k, v]) => field.setAttribute(k, v));
  const pick = (item) => {
    field.setRangeText(`@${item.dataset.handle} `, at, field.selectionStart, 'end');
    close();
    changed(field);
  };
  const show = () => all('li', list).forEach((item, place) => {
    item.setAttribute('aria-selected', place === chosen);
    if (place === chosen) field.setAttribute('aria-activedescendant', item.id);
  });
  field.addEventListener('input', () => {
    const typed = /(?:^|[\s(])@([\p{L}][\p{L}'’. -]{0,40})$/u.exec(field.value.slice(0, field.selectionStart));
    clearTimeout(timer);
    if (!typed || typed[1].split(' ').length > 3) { close(); return; }
    const mine = ++asked;
    timer = setTimeout(async () => {
      let people = [];
      try { people = (await (await fetch(`${root}people/?q=${encodeURIComponent(typed[1])}`)).json()).people; } catch { /* no names then */ }
      if (mine !== asked) return;
      if (!people.length) { close(); return; }
      at = field.selectionStart - typed[1].length - 1;
      chosen = 0;
      list.replaceChildren(...people.map((person, place) => {
        const item = document.createElement('li');
        item.id = `person-${place}`;
        item.setAttribute('role', 'option');
        item.dataset.handle = person.handle;
        item.textContent = person.name;
        item.addEventListener('mousedown', (event) => { event.preventDefault(); pick(item); });
        return item;
      }));
      list.hidden = false;
      show();
    }, 150);
  });
  field.addEventListener('keydown', (event) => {
    if (list.hidden) return;
    const items = all('li', list);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length;
      show();
    } else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') { event.preventDefault(); pick(items[chosen]); }
    else if (event.key === 'Escape') { event.stopPropagation(); close(); }
  });
  field.addEventListener('blur', close);
}

// --- Answering and quoting without leaving the page.
function answer(post, isQuote) {
  const form = one('#composer');
  if (!form || !form.elements.reply_to) return false;
  const n = post.dataset.n;
  const field = one('.js-source', form);
  form.elements.reply_to.value = n;
  one('.js-to', form).hidden = false;
  one('.js-to-n', form).textContent = `#${n} ${one('.js-name', post).textContent}`;
  if (isQuote) {
    const chosen = getSelection();
    const text = one('.js-text', post);
    const inside = text && !chosen.isCollapsed && text.contains(chosen.anchorNode) && text.contains(chosen.focusNode);
    const said = (inside ? chosen.toString() : text?.innerText ?? '').trim().slice(0, 1500);
    const quoted = `> **${one('.js-name', post).textContent}** (#${n}):\n>\n${said.split('\n').map((line) => `> ${line}`.trimEnd()).join('\n')}\n\n`;
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${quoted}` : quoted;
  }
  one('.js-write', form).click();
  changed(field);
  field.setSelectionRange(field.value.length, field.value.length);
  form.scrollIntoView({ block: 'nearest' });
  return true;
}
document.addEventListener('click', (event) => {
  const link = event.target.closest('.js-reply, .js-quote');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (answer(link.closest('.js-post'), link.matches('.js-quote'))) event.preventDefault();
});

// --- What came back: new posts go to the end of the list, the composer is a fresh one.
function arrived() {
  const box = one('.js-arrived');
  if (box) {
    const list = one('.posts');
    for (const post of [...box.children]) if (!post.id || !document.querySelector(`.posts #${post.id}`)) list.append(post);
    box.remove();
    const state = one('.js-draft-state');
    if (state) state.textContent = box.dataset.said;
    one(`#post-${box.dataset.focus}`)?.focus();
  }
  all('.js-composer').forEach(compose);
}
document.addEventListener('htmx:after:swap', () => { arrived(); one('#composer .js-errors')?.focus(); });
document.addEventListener('htmx:error', () => { one('#composer')?.dispatchEvent(new Event('again')); });
arrived();

// --- The keyboard. Never while somebody types, never with a modifier.
const rows = () => all('.js-post, .js-row');
const here = () => {
  const focused = document.activeElement?.closest?.('.js-post, .js-row');
  if (focused) return focused;
  return rows().find((row) => row.getBoundingClientRect().bottom > 80);
};
function step(by) {
  const list = rows();
  if (!list.length) return;
  const focused = document.activeElement?.closest?.('.js-post, .js-row');
  const next = focused ? list[list.indexOf(focused) + by] : here();
  if (!next) {
    const link = one(`.pager a[rel=${by > 0 ? 'next' : 'prev'}]`);
    if (link) link.click();
    return;
  }
  const target = next.matches('.js-row') ? one('a', next) : next;
  target.focus({ focusVisible: true });
  next.scrollIntoView({ block: 'nearest' });
}
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.('input, textarea, select, [contenteditable]')) {
    if (event.key === 'Escape') { event.target.blur(); }
    return;
  }
  const post = here();
  switch (event.key) {
    case 'j': step(1); break;
    case 'k': step(-1); break;
    case 'r': {
      const link = post && one('.js-reply', post);
      if (link) link.click(); else one('#composer .js-source')?.focus();
      break;
    }
    case 'q': { const link = post && one('.js-quote', post); if (link) link.click(); else return; break; }
    case '?': { const help = one('.js-keys'); if (help) { help.open = !help.open; one('summary', help).focus(); } break; }
    default: return;
  }
  event.preventDefault();
});
