// SPDX-License-Identifier: MIT
import "../servers.test.js";
