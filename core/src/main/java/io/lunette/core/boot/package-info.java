/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a server that boots over the network is told: which of its logical units to boot from. Start
 * at {@link io.lunette.core.boot.NetworkBoot}.
 */
package io.lunette.core.boot;
