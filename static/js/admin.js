/* Select2 names its fields by what is chosen, which is nothing at first: they get the names of their labels. */
"use strict";
function nameLookedFor() {
    document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
        const label = document.querySelector(`label[for="${select.id}"]`);
        const name = select.getAttribute("aria-label") || (label ? label.textContent.trim().replace(/:$/, "") : "");
        const drawn = select.nextElementSibling;
        if (!name || !drawn) return;
        drawn.querySelectorAll(".select2-selection, .select2-selection__rendered, .select2-search__field").forEach((part) => {
            part.removeAttribute("aria-labelledby");
            part.setAttribute("aria-label", name);
        });
    });
}
/* After the script of the fields, which waits for the same. */
if (window.django && window.django.jQuery) window.django.jQuery(nameLookedFor);
