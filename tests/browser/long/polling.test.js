// SPDX-License-Identifier: MIT
import "../polling.test.js";
