// SPDX-License-Identifier: EUPL-1.2
// Addresses stay short and a failed search says so in words.

// Empty fields are left out of the address bar.
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  const { method, body } = ctx.request;
  if (method !== 'GET' || !(body instanceof FormData)) return;
  const kept = [...body].filter(([, value]) => value !== '');
  ctx.request.body = new FormData();
  for (const [name, value] of kept) ctx.request.body.append(name, value);
});

// htmx would put an error's page into the middle of the list. Go to that address instead: the whole page says what to do.
document.addEventListener('htmx:before:swap', (event) => {
  const { response, request, sourceElement, sourceEvent } = event.detail.ctx;
  if ((response?.status ?? 200) < 400) return;
  // A form that is put back with what was wrong with it.
  if (response.status === 422 && sourceElement.matches('form.js-composer')) return;
  event.preventDefault();
  if (request.method === 'GET' && sourceElement.closest('#finder')) location.assign(request.action);
  notKept(event.detail.ctx);
  const isSent = sourceEvent?.type === 'submit' && sourceElement.matches('form[action]') && response.status < 500;
  if (isSent && request.method === 'POST') sendWhole(sourceElement, request.submitter);
});

// What somebody has sent is sent again as a browser does without scripts: the whole page says why it was not taken, and
// shows their words. Forms that write something hold a key, so that nothing is written twice.
function sendWhole(form, submitter) {
  if (submitter?.name) {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name: submitter.name, value: submitter.value });
    form.append(field);
  }
  form.submit();
}

// A draft that could not be kept says so, where it would have said that it was.
document.addEventListener('htmx:error', ({ detail: { ctx } }) => notKept(ctx));

function notKept(ctx) {
  const words = ctx?.sourceElement?.dataset?.notKept;
  if (words && ctx.target instanceof Element) ctx.target.textContent = words;
}
