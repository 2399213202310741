/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.login;

/** Status class and detail of a login response (RFC 7143 §11.13.5). */
public enum LoginStatus {
  SUCCESS(0x0000),
  TARGET_MOVED_TEMPORARILY(0x0101),
  TARGET_MOVED_PERMANENTLY(0x0102),
  INITIATOR_ERROR(0x0200),
  AUTHENTICATION_FAILURE(0x0201),
  TARGET_NOT_FOUND(0x0203),
  UNSUPPORTED_VERSION(0x0205),
  TOO_MANY_CONNECTIONS(0x0206),
  MISSING_PARAMETER(0x0207),
  CANNOT_INCLUDE_IN_SESSION(0x0208),
  SESSION_DOES_NOT_EXIST(0x020A),
  INVALID_DURING_LOGIN(0x020B),
  OUT_OF_RESOURCES(0x0302);

  private final int code;

  LoginStatus(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
