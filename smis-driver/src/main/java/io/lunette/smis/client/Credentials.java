/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.array.StorageArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.Principal;
import java.util.HashSet;
import java.util.Set;
import javax.security.auth.Subject;
import org.metricshub.wbem.javax.wbem.client.PasswordCredential;
import org.metricshub.wbem.javax.wbem.client.UserPrincipal;

/** What is shown to an array to be let in: read from the file each time, never kept or printed. */
final class Credentials {

  private static final long BYTES_MAX = 4096;

  private Credentials() {}

  static Subject read(StorageArray array) throws CimFault {
    String password;
    try {
      if (Files.size(array.passwordFile()) > BYTES_MAX) {
        throw new CimFault(
            CimFault.Kind.UNREACHABLE,
            0,
            "password file " + array.passwordFile() + " is larger than " + BYTES_MAX + " bytes");
      }
      password = Files.readString(array.passwordFile(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new CimFault(
          CimFault.Kind.UNREACHABLE,
          0,
          "password file " + array.passwordFile() + " cannot be read",
          e);
    }
    Set<Principal> principals = Set.of(new UserPrincipal(array.user()));
    return new Subject(
        false, principals, new HashSet<>(), Set.of(new PasswordCredential(password)));
  }
}
