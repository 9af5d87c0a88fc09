// SPDX-License-Identifier: MIT
/* Types of sselog-classic.js, which exports nothing: it sets the global object `sselog`. */
import "./sselog.js";
