/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the log of a daemon to its home: a file a day, at most so many bytes kept in all. */
public final class LogSetup {

  private LogSetup() {}

  /** Logs to the home's log directory from now on. */
  public static void toFile(Home home) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    RollingFileAppender<ILoggingEvent> file = new RollingFileAppender<>();
    file.setContext(context);
    file.setFile(home.logDirectory().resolve("lunette.log").toString());

    SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
    rolling.setContext(context);
    rolling.setParent(file);
    rolling.setFileNamePattern(
        home.logDirectory().resolve("lunette.%d{yyyy-MM-dd}.%i.log").toString());
    rolling.setMaxFileSize(FileSize.valueOf("10MB"));
    rolling.setTotalSizeCap(FileSize.valueOf("100MB"));
    rolling.setMaxHistory(30);
    rolling.start();

    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(
        "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level [%thread] %logger{36} %msg%n");
    encoder.start();

    file.setRollingPolicy(rolling);
    file.setEncoder(encoder);
    file.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.addAppender(file);
    root.setLevel(Level.INFO);
  }
}
