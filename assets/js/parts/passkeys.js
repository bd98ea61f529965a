// SPDX-License-Identifier: EUPL-1.2
// Passkeys: a form of class js-passkey asks the browser for one and sends what it answers. Without this the form stays
// hidden, and there are other ways.
const has = !!(window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials);

if (has) {
  for (const form of document.querySelectorAll('.js-passkey')) form.hidden = false;
  for (const words of document.querySelectorAll('.js-no-passkey')) words.hidden = true;
}

async function ceremony(form) {
  const answer = await fetch(form.dataset.options, {
    method: 'POST', headers: { 'X-CSRFToken': form.elements.csrfmiddlewaretoken.value }, redirect: 'error',
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const options = (await answer.json()).publicKey;
  const made = form.dataset.ceremony === 'create'
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(made.toJSON());
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest?.('.js-passkey');
  if (!form || form.elements.credential.value) return;
  event.preventDefault();
  const said = form.querySelector('[data-said]');
  const button = form.querySelector('button[type=submit]');
  said.hidden = true;
  button.disabled = true;
  try {
    form.elements.credential.value = await ceremony(form);
    form.submit();
  } catch (error) {
    // This device holds one of those the account has already (section 5.1.3, step 20).
    said.textContent = (error.name === 'InvalidStateError' && said.dataset.already) || said.dataset.said;
    said.hidden = false;
  } finally {
    button.disabled = false;
  }
});
