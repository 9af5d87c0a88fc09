// SPDX-License-Identifier: MIT
import "../place.test.js";
