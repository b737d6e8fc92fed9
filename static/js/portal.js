// The entry: each module looks for what it enhances and leaves everything else alone.
import "./copy.js";
import "./dialog.js";
import "./focus.js";
import "./forms.js";
import "./keys.js";
import "./live.js";
import "./rows.js";
import "./toast.js";
import "./upload.js";
