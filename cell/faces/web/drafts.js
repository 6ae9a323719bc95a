// What is typed into a form and not sent yet: the browser's tab keeps it, so that a server that starts again, or a page
// that is loaded anew, takes nothing away. One entry a form and person; it goes when the form is sent or thrown away.
window.drafts = (() => {
  const read = form => {
    try {
      return JSON.parse(sessionStorage.getItem(`form ${form}`)) ?? {};
    } catch {
      return {};
    }
  };
  const keep = (form, field, value) => {
    try {
      sessionStorage.setItem(`form ${form}`, JSON.stringify({ ...read(form), [field]: value }));
    } catch {
      // A tab that may keep nothing.
    }
  };
  const forget = form => sessionStorage.removeItem(`form ${form}`);
  addEventListener("input", event => {
    const form = event.target.closest?.("[data-draft]");
    const field = event.target.closest?.("[data-test]");
    if (form && field && form.contains(field)) keep(form.dataset.draft, field.dataset.test, event.target.value);
  }, true);
  return { read, keep, forget };
})();
