/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A unit under load.
 *
 * @param name what tables call it
 * @param url as libiscsi takes it
 * @param host of its portal
 * @param port of its portal
 */
public record TargetUrl(String name, String url, String host, int port) {

  private static final Pattern FORM =
      Pattern.compile(
          "(?:([^=:/]+)=)?(iscsi://(?:[^@/]*@)?(\\[[^]]+\\]|[^:/]+)(?::(\\d{1,5}))?/[^/]+/\\d+.*)");
  private static final int ISCSI_PORT = 3260;

  /** Reads {@code iscsi://H:P/IQN/LUN}, or that with {@code NAME=} before it. */
  public static TargetUrl parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no target: use [NAME=]iscsi://[USER%SECRET@]HOST[:PORT]/IQN/LUN");
    }
    int port = parts.group(4) == null ? ISCSI_PORT : Integer.parseInt(parts.group(4));
    String name = parts.group(1) == null ? parts.group(3) + ":" + port : parts.group(1);
    return new TargetUrl(name, parts.group(2), parts.group(3), port);
  }
}
