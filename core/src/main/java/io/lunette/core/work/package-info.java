/* SPDX-License-Identifier: Apache-2.0 */
/** Work in the background, on executors that come from outside. */
package io.lunette.core.work;
