// SPDX-License-Identifier: EUPL-1.2
// Nothing typed is lost: the need, and forms marked js-draft, are kept in this browser until they are sent.
const store = (() => {
  try { localStorage.setItem('filanda', '1'); localStorage.removeItem('filanda'); return localStorage; } catch { return null; }
})();
const KEEP_MS = 7 * 24 * 3600 * 1000;

function keep(form, key, names) {
  const fields = names.map((name) => form.elements.namedItem(name)).filter(Boolean);
  let saved = null;
  try { saved = JSON.parse(store.getItem(key)); } catch { /* an old or broken draft is no draft */ }
  if (saved && Date.now() - saved.at < KEEP_MS) {
    for (const field of fields) if (!field.value && saved.values[field.name]) field.value = saved.values[field.name];
  }
  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      if (Object.values(values).some(Boolean)) store.setItem(key, JSON.stringify({ at: Date.now(), values }));
      else store.removeItem(key);
    }, 300);
  });
  form.addEventListener('submit', () => { clearTimeout(timer); store.removeItem(key); });
}

// Forms that show what is stored (data-draft-base says as of when): what was typed and not saved comes back over it, ticks
// and choices too, and a line in the form says so. A draft of something that was saved since is let go.
function keepOver(form, key) {
  const base = form.dataset.draftBase;
  const fields = [...form.elements].filter((f) => f.name && f.type !== 'hidden' && f.type !== 'file' && f.name !== 'csrfmiddlewaretoken');
  const read = () => fields.map((f) => (f.type === 'checkbox' || f.type === 'radio' ? f.checked : f.value));
  const write = (values) => fields.forEach((f, i) => {
    if (f.type === 'checkbox' || f.type === 'radio') f.checked = values[i]; else f.value = values[i];
  });
  const first = read();
  let saved = null;
  try { saved = JSON.parse(store.getItem(key)); } catch { /* an old or broken draft is no draft */ }
  // After an error the form holds what was typed already.
  if (saved && saved.base === base && saved.values.length === fields.length && Date.now() - saved.at < KEEP_MS && !document.querySelector('.js-errors')) {
    write(saved.values);
    const line = form.querySelector('.js-draft-back');
    if (line) {
      line.hidden = false;
      line.querySelector('.js-draft-drop').addEventListener('click', () => { write(first); store.removeItem(key); line.hidden = true; form.querySelector('.input').focus(); });
    }
  }
  let timer;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => store.setItem(key, JSON.stringify({ at: Date.now(), base, values: read() })), 300);
  });
  form.addEventListener('submit', () => { clearTimeout(timer); store.removeItem(key); });
}

// Drafts that nobody came back to go after a week, as the privacy notice says.
function forgetOld() {
  for (const key of Object.keys(store).filter((name) => name.startsWith('filanda-'))) {
    let at = 0;
    try { at = JSON.parse(store.getItem(key)).at; } catch { /* not readable: it goes too */ }
    if (!(Date.now() - at < KEEP_MS)) store.removeItem(key);
  }
}

if (store) {
  forgetOld();
  for (const form of document.querySelectorAll('.js-need')) {
    // On a need's own page the box holds that need already: only the empty box of the home page keeps a draft.
    if (!form.elements.namedItem('text').value) keep(form, 'filanda-need', ['text']);
  }
  for (const form of document.querySelectorAll('.js-draft[data-draft-base]')) keepOver(form, `filanda-${form.dataset.draft}-${location.pathname}`);
  for (const form of document.querySelectorAll('.js-draft:not([data-draft-base])')) {
    const names = [...form.elements].filter((f) => f.name && f.name !== 'csrfmiddlewaretoken' && f.type !== 'hidden').map((f) => f.name);
    keep(form, `filanda-${form.dataset.draft}-${location.pathname}`, names);
  }
}
