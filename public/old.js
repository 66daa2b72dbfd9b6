// A browser that knows no modules.
document.getElementById("without").hidden = false;
