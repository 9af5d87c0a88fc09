// SPDX-License-Identifier: MIT
import "../several-logs.test.js";
