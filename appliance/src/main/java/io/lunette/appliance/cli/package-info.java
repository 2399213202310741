/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command line. Start at {@link io.lunette.appliance.cli.Lunette}; each command is a small
 * class, loaded only when it is called. Other modules add commands through {@link
 * io.lunette.appliance.cli.CommandProvider}.
 */
package io.lunette.appliance.cli;
