// SPDX-License-Identifier: EUPL-1.2
// The one script of every page. Everything works without it; it only makes waiting shorter.
import 'htmx.org/dist/htmx.esm.js';
