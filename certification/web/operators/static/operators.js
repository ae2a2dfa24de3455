// Pages of operators work without this; with it, secrets are copied by a button.
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const said = document.getElementById('da-chep');
    said.textContent = said.dataset.words;
  });
}
