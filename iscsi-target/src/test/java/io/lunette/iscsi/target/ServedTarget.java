/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.iscsi.target;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.MemoryVolumeDriver;
import io.lunette.core.volume.MemoryVolumes;
import io.lunette.core.volume.VolumeName;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A target on a free port of the loopback, with volumes in memory. */
final class ServedTarget implements AutoCloseable, InitiatorAuthentication {

  static final String NAME = "iqn.2026-11.io.lunette:test";
  static final InitiatorName ALICE = new InitiatorName("iqn.2026-11.com.example:alice");
  static final InitiatorName BOB = new InitiatorName("iqn.2026-11.com.example:bob");
  static final ChapCredentials OWN =
      new ChapCredentials("target", "target-secret-1".getBytes(StandardCharsets.UTF_8));

  private final MemoryVolumeDriver driver = new MemoryVolumeDriver(new MemoryVolumes());
  private final Map<InitiatorName, ChapCredentials> credentials = new ConcurrentHashMap<>();
  private final IscsiTarget target;

  ServedTarget() throws Exception {
    this(TargetLimits.DEFAULT);
  }

  ServedTarget(TargetLimits limits) throws Exception {
    this(TargetConfig.of(NAME, new InetSocketAddress("127.0.0.1", 0)).withLimits(limits));
  }

  /** As configured, but for the authentication, which is this object's. */
  ServedTarget(TargetConfig config) throws Exception {
    target = IscsiTarget.start(config.withAuthentication(this));
  }

  /** Limits of eight connections, and these times in milliseconds. */
  static TargetLimits limits(int loginMillis, int silenceMillis) {
    return new TargetLimits(
        8,
        8,
        8,
        32,
        16 << 20,
        64 << 20,
        Duration.ofMillis(loginMillis),
        Duration.ofMillis(silenceMillis),
        Duration.ZERO,
        Duration.ofMillis(500),
        128L << 20);
  }

  /** What it holds on behalf of initiators. */
  TargetUse use() {
    return ((NettyIscsiTarget) target).use();
  }

  IscsiTarget target() {
    return target;
  }

  BlockDevice volume(String name, long sizeBytes) throws Exception {
    VolumeName volume = new VolumeName(name);
    driver.create(volume, sizeBytes);
    return driver.open(volume, AccessMode.READ_WRITE);
  }

  static LogicalUnitSpec unit(BlockDevice device, String name) {
    return unit(device, name, AccessMode.READ_WRITE);
  }

  static LogicalUnitSpec unit(BlockDevice device, String name, AccessMode mode) {
    return new LogicalUnitSpec(
        device, UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)), mode);
  }

  void require(InitiatorName initiator, String user, String secret) {
    credentials.put(initiator, new ChapCredentials(user, secret.getBytes(StandardCharsets.UTF_8)));
  }

  String portal() {
    return "127.0.0.1:" + target.portal().getPort();
  }

  String url(int lun) {
    return "iscsi://" + portal() + "/" + NAME + "/" + lun;
  }

  /** With {@code user%secret} before the portal. */
  String url(String user, String secret, int lun) {
    return "iscsi://" + user + "%" + secret + "@" + portal() + "/" + NAME + "/" + lun;
  }

  @Override
  public Optional<ChapCredentials> credentialsOf(InitiatorName initiator) {
    return Optional.ofNullable(credentials.get(initiator));
  }

  @Override
  public Optional<ChapCredentials> targetCredentialsFor(InitiatorName initiator) {
    return Optional.of(OWN);
  }

  @Override
  public void close() {
    target.close();
    driver.close();
  }
}
