/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * What logback finds at start instead of a configuration file: silence, until a daemon calls {@link
 * LogSetup}. A command that only asks the appliance has no log, and starts faster without one.
 */
public final class QuietLogging extends ContextAwareBase implements Configurator {

  /** Made by logback's service loader. */
  public QuietLogging() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
