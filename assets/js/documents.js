// SPDX-License-Identifier: EUPL-1.2
// Files dropped on the form of a folder are put into its field; nothing is sent before the button is pressed.
for (const form of document.querySelectorAll('.js-drop-files')) {
  const field = form.querySelector('input[type="file"]');
  const over = (is) => form.classList.toggle('doc-over', is);
  form.addEventListener('dragover', (event) => { if (event.dataTransfer.types.includes('Files')) { event.preventDefault(); over(true); } });
  form.addEventListener('dragleave', (event) => { if (!form.contains(event.relatedTarget)) over(false); });
  form.addEventListener('drop', (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    over(false);
    field.files = event.dataTransfer.files;
    form.querySelector('button[type="submit"]').focus();
  });
}
