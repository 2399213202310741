/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.engine.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a key file keeps, gives up, and refuses. */
class KeyFileTest {

  private static final UUID POOL = new UUID(1, 2);

  private final SecureRandom random = new SecureRandom();
  private final KeyEncryptionKey first = KeyEncryptionKey.generate(1, random);
  private final KeyEncryptionKey second = KeyEncryptionKey.generate(2, random);

  @TempDir private Path directory;
  private Path path;
  private KeyFile file;

  @BeforeEach
  void name() {
    path = directory.resolve("pool.keys");
    file = KeyFile.at(path);
  }

  @Test
  void whatIsKeptIsLoadedAgainAndForTheOwnerAlone() throws Exception {
    assertThat(file.load(POOL)).isEmpty();

    file.create(POOL, first);
    file.replace(POOL, first, List.of(first, second));

    assertThat(KeyFile.at(path).load(POOL).stream().map(KeyEncryptionKey::checkValue))
        .containsExactly(first.checkValue(), second.checkValue());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  /** A hard link shows what becomes of the blocks that the old file had. */
  @Test
  void whatIsKeptNoMoreIsOverwrittenWhereItLay() throws Exception {
    file.create(POOL, first);
    Path blocks = Files.createLink(directory.resolve("blocks"), path);

    file.replace(POOL, first, List.of(second));

    byte[] left = Files.readAllBytes(blocks);
    assertThat(left).isNotEmpty().containsOnly(0);
    assertThat(file.load(POOL)).singleElement().returns(2L, KeyEncryptionKey::epoch);
  }

  @Test
  void whatACrashLeftOfAReplacementIsNoHindrance() throws Exception {
    Files.writeString(directory.resolve("pool.keys.new"), "half of ");

    file.create(POOL, first);

    assertThat(file.load(POOL)).hasSize(1);
    assertThat(directory.resolve("pool.keys.new")).doesNotExist();
  }

  @Test
  void aCrashInTheWipingOrBeforeTheRenamingLeavesTheKeysToCome() throws Exception {
    file.create(POOL, first);
    byte[] before = Files.readAllBytes(path);
    file.replace(POOL, first, List.of(second));
    byte[] toCome = Files.readAllBytes(path);
    Path next = directory.resolve("pool.keys.new");
    for (int wiped = 1; wiped <= before.length; wiped++) {
      Files.write(next, toCome);
      Arrays.fill(before, wiped - 1, wiped, (byte) 0);
      Files.write(path, before);
      Path blocks = Files.createLink(directory.resolve("blocks"), path);

      assertThat(file.load(POOL)).singleElement().returns(2L, KeyEncryptionKey::epoch);

      // Never is there a moment without a file that has them.
      assertThat(path).hasBinaryContent(toCome);
      assertThat(next).doesNotExist();
      assertThat(Files.readAllBytes(blocks)).as("what was not wiped yet").containsOnly(0);
      Files.delete(blocks);
    }

    file.replace(POOL, second, List.of(first));
    assertThat(file.load(POOL)).singleElement().returns(1L, KeyEncryptionKey::epoch);
    assertThat(next).doesNotExist();
  }

  /** What may have been written, but never was in force, is not preferred to what is whole. */
  @Test
  void aCrashBeforeTheWipingLeavesTheKeysOfBefore() throws Exception {
    file.create(POOL, second);
    Path whole = Files.move(path, directory.resolve("whole"));
    file.create(POOL, first);
    Files.move(whole, directory.resolve("pool.keys.new"));

    assertThat(file.load(POOL)).singleElement().returns(1L, KeyEncryptionKey::epoch);
  }

  /** Where somebody has put the overwritten file away. */
  @Test
  void keysToComeAreFoundWithoutTheFileOfBefore() throws Exception {
    file.create(POOL, first);
    Files.move(path, directory.resolve("pool.keys.new"));

    assertThat(file.load(POOL)).singleElement().returns(1L, KeyEncryptionKey::epoch);
    assertThat(path).exists();
  }

  @Test
  void nothingIsReplacedWhereNothingIs() throws Exception {
    Path mounted = Files.createDirectory(directory.resolve("mounted"));
    KeyFile onMedium = KeyFile.at(mounted.resolve("pool.keys"));
    onMedium.create(POOL, first);
    Path away = Files.move(mounted, directory.resolve("away"));

    assertThatThrownBy(() -> onMedium.replace(POOL, first, List.of(first, second)))
        .hasMessageContaining("is not there");
    assertThat(mounted).doesNotExist();
    Files.createDirectory(mounted);
    assertThatThrownBy(() -> onMedium.replace(POOL, first, List.of(first, second)))
        .hasMessageContaining("is not there");
    assertThat(mounted).isEmptyDirectory();
    assertThat(KeyFile.at(away.resolve("pool.keys")).load(POOL)).hasSize(1);
  }

  @Test
  void nothingIsReplacedButWhatHasThePresentKey() throws Exception {
    file.create(POOL, first);
    byte[] before = Files.readAllBytes(path);
    UUID other = new UUID(9, 9);
    KeyEncryptionKey sameEpoch = KeyEncryptionKey.generate(1, random);

    assertThatThrownBy(() -> file.replace(other, first, List.of(second)))
        .hasMessageContaining("has the keys of pool " + POOL);
    assertThatThrownBy(() -> file.replace(POOL, second, List.of(second)))
        .hasMessageContaining("lacks the key of epoch 2");
    assertThatThrownBy(() -> file.replace(POOL, sameEpoch, List.of(second)))
        .hasMessageContaining("lacks the key of epoch 1");
    assertThatThrownBy(() -> file.create(POOL, second)).hasMessageContaining("is there already");
    assertThatThrownBy(() -> file.create(other, second)).hasMessageContaining("is there already");

    assertThat(path).hasBinaryContent(before);
  }

  @Test
  void aLinkIsFollowedAndStays() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path target = elsewhere.resolve("target");
    KeyFile.at(target).create(POOL, first);
    Files.createSymbolicLink(path, target);

    file.replace(POOL, first, List.of(second));

    assertThat(path).isSymbolicLink();
    assertThat(KeyFile.at(target).load(POOL)).singleElement().returns(2L, KeyEncryptionKey::epoch);
    assertThat(elsewhere).isDirectoryContaining(target::equals);
  }

  @Test
  void aLinkThatLeadsToNothingIsNoPlaceForAFirstKey() throws Exception {
    Path target = directory.resolve("away");
    Files.createSymbolicLink(path, target);

    assertThatThrownBy(() -> file.create(POOL, first)).hasMessageContaining("leads to nothing");

    assertThat(path).isSymbolicLink();
    assertThat(target).doesNotExist();
  }

  @Test
  void anotherPoolsKeysAreRefusedByName() throws Exception {
    file.create(new UUID(9, 9), first);

    assertThatThrownBy(() -> file.load(POOL))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(path.toString())
        .hasMessageContaining(new UUID(9, 9).toString());
  }

  @Test
  void everyChangedByteAndEveryTruncationIsFound() throws Exception {
    file.create(POOL, first);
    byte[] whole = Files.readAllBytes(path);
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(path, changed);
      assertThatThrownBy(() -> file.load(POOL)).as("byte %d", at).hasMessageContaining("damaged");
      Files.write(path, Arrays.copyOf(whole, at));
      assertThatThrownBy(() -> file.load(POOL)).as("cut at %d", at).hasMessageContaining("damaged");
    }
  }

  @Test
  void aDirectoryHasAFileForEachPool() throws Exception {
    KeyFile files = KeyFile.in(directory.resolve("keys"));
    assertThat(files.load(POOL)).isEmpty();

    files.create(POOL, first);
    files.create(new UUID(9, 9), second);

    assertThat(files.place(POOL)).endsWith("keys/" + POOL + ".keys");
    assertThat(files.load(POOL)).singleElement().returns(1L, KeyEncryptionKey::epoch);
    assertThat(files.load(new UUID(9, 9))).singleElement().returns(2L, KeyEncryptionKey::epoch);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("keys"))))
        .isEqualTo("rwx------");
  }

  @Test
  void noKeyIsInAMessage() throws Exception {
    file.create(POOL, first);
    String text = Files.readString(path, StandardCharsets.US_ASCII);
    String key = text.lines().filter(line -> line.startsWith("key ")).findFirst().orElseThrow();
    Files.writeString(path, text.replace("key 1", "key x"));

    assertThatThrownBy(() -> file.load(POOL))
        .satisfies(e -> assertThat(e.toString()).doesNotContain(key.substring(6)));
  }
}
