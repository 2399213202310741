/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.provisioning;

import static io.lunette.core.provisioning.CoreFixture.S1;
import static io.lunette.core.provisioning.CoreFixture.S2;
import static io.lunette.core.provisioning.CoreFixture.WEB;

import io.lunette.core.catalog.jdbc.JdbcCatalog;
import io.lunette.core.catalog.jdbc.PostgresAccess;
import io.lunette.core.catalog.jdbc.PostgresCluster;
import io.lunette.core.node.NodeIdentity;
import io.lunette.core.node.NodeName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Two cores, each with volumes of its own, on one PostgreSQL. Each has an image "web" of the same
 * content; servers s1 and s2 are both's.
 */
final class TwoNodes implements AutoCloseable {

  final CoreFixture a;
  final CoreFixture b;
  private final Path directory;
  private final PostgresAccess access =
      PostgresCluster.shared().schema("t" + UUID.randomUUID().toString().replace("-", ""));

  TwoNodes(Path directory) throws Exception {
    this.directory = directory;
    this.a = node("a");
    this.b = node("b");
  }

  private CoreFixture node(String name) throws Exception {
    CoreFixture fixture = new CoreFixture(Files.createDirectory(directory.resolve(name)));
    NodeIdentity identity = new NodeIdentity(new NodeName(name), "home of " + name, "portal");
    fixture.catalogs = () -> JdbcCatalog.postgresql(access, identity, fixture.clock);
    return fixture;
  }

  /** Starts both. */
  TwoNodes start() throws Exception {
    for (CoreFixture each : List.of(a, b)) {
      each.start();
      each.importImage(WEB, 1);
    }
    a.addServer(S1);
    a.addServer(S2);
    return this;
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }
}
