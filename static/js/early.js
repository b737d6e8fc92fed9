// Before the first paint: what needs scripts may show itself.
document.documentElement.classList.add("js");
