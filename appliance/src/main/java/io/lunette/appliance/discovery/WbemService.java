/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import java.util.Arrays;
import java.util.Optional;

/** The two service names that IANA has registered for CIM-XML, as types of DNS-SD. */
enum WbemService {
  HTTPS("https", "_wbem-https._tcp.local."),
  HTTP("http", "_wbem-http._tcp.local.");

  private final String scheme;
  private final String type;

  WbemService(String scheme, String type) {
    this.scheme = scheme;
    this.type = type;
  }

  /** The service of a type, however it is written. */
  static Optional<WbemService> of(String type) {
    return Arrays.stream(values()).filter(each -> each.type.equalsIgnoreCase(type)).findFirst();
  }

  /** Of a URL. */
  String scheme() {
    return scheme;
  }

  /** As a browser asks for it. */
  String type() {
    return type;
  }
}
