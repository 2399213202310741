/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What is logged while it is open, by the target and by Netty, from WARN on. */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

  public LogCapture() {
    setContext(root.getLoggerContext());
    start();
    root.setLevel(Level.WARN);
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }

  /** Lines that tell of a defect: errors, and whatever comes with an exception. */
  public List<String> defects() {
    return events.stream()
        .filter(
            each ->
                each.getLevel().isGreaterOrEqual(Level.ERROR) || each.getThrowableProxy() != null)
        .map(
            each ->
                each.getFormattedMessage()
                    + (each.getThrowableProxy() == null
                        ? ""
                        : ": " + each.getThrowableProxy().getClassName()))
        .toList();
  }

  @Override
  public void close() {
    root.detachAppender(this);
    root.setLevel(before);
    stop();
  }
}
