/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.LogicalUnit;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The ROD tokens of all units of a target, and for a while those that are valid no more, to say
 * why. Bounded: a new token beyond the bound cancels the eldest of its unit, or of the initiator
 * that has most, so that nobody's tokens go for those of an initiator that makes more than it.
 *
 * <p>A token is recognised by all its 512 bytes, of which 264 are random; one that differs is
 * unknown, however much of it is right. Thread-safe.
 */
final class RodTokens {

  static final int MOST_OF_UNIT = 64;
  private static final int MOST = 1024;
  private static final int MOST_DEAD = 1024;

  private final LongSupplier nanos;

  @GuardedBy("this")
  private final FairShares<RodToken> live = new FairShares<>(MOST);

  @GuardedBy("this")
  private final Map<LogicalUnit, UnitTokens> units = new HashMap<>();

  @GuardedBy("this")
  private final FairShares<Dead> dead = new FairShares<>(MOST_DEAD);

  /** What is left of a token. */
  private record Dead(ByteBuffer bytes, Sense why) {
    long identifier() {
      return RodTokenLayout.identifier(bytes);
    }
  }

  RodTokens(LongSupplier nanos) {
    this.nanos = nanos;
  }

  long now() {
    return nanos.getAsLong();
  }

  /** Makes a token valid. Called while no write to its unit is under way. */
  synchronized void add(RodToken token) {
    LogicalUnit unit = token.creator().unit();
    sweep();
    UnitTokens ofUnit = units.get(unit);
    if (ofUnit != null && ofUnit.size() >= MOST_OF_UNIT) {
      bury(ofUnit.eldest(), Sense.TOKEN_CANCELLED);
    }
    RodToken inExcess = live.inExcess();
    if (inExcess != null) {
      bury(inExcess, Sense.TOKEN_CANCELLED);
    }
    live.put(identifier(token), maker(token), token);
    ofUnit = units.get(unit);
    if (ofUnit == null) {
      ofUnit = new UnitTokens(this);
      units.put(unit, ofUnit);
      ofUnit.add(token);
      unit.watchWrites(ofUnit);
    } else {
      ofUnit.add(token);
    }
  }

  private static long identifier(RodToken token) {
    return RodTokenLayout.identifier(ByteBuffer.wrap(token.bytes()));
  }

  private static String maker(RodToken token) {
    return token.creator().port().nodeName();
  }

  /** The token with these bytes, begun to be used, or why there is none. */
  synchronized Parsed<RodToken> use(ByteBuffer bytes) {
    long id = RodTokenLayout.identifier(bytes);
    RodToken token = live.get(id);
    if (token == null || !isEqual(ByteBuffer.wrap(token.bytes()), bytes)) {
      Dead gone = dead.get(id);
      boolean known = gone != null && isEqual(gone.bytes, bytes);
      return new Parsed.Answered<>(known ? gone.why : Sense.TOKEN_UNKNOWN);
    }
    if (token.hasExpired(now())) {
      bury(token, Sense.TOKEN_EXPIRED);
    }
    if (token.death() != null) {
      return new Parsed.Answered<>(token.death());
    }
    token.enter(now());
    return new Parsed.Accepted<>(token);
  }

  private static boolean isEqual(ByteBuffer known, ByteBuffer given) {
    byte[] bytes = new byte[RodTokenLayout.BYTES];
    given.get(given.position(), bytes);
    return MessageDigest.isEqual(known.array(), bytes);
  }

  /** Ends the life of a token, unless it has ended. */
  synchronized void bury(RodToken token, Sense why) {
    token.kill(why);
    long id = identifier(token);
    if (live.get(id) != token) {
      return;
    }
    live.remove(id);
    Dead forgotten = dead.inExcess();
    if (forgotten != null) {
      dead.remove(forgotten.identifier());
    }
    dead.put(id, maker(token), new Dead(ByteBuffer.wrap(token.bytes()), token.death()));
    LogicalUnit unit = token.creator().unit();
    UnitTokens ofUnit = units.get(unit);
    ofUnit.remove(token);
    if (ofUnit.size() == 0) {
      units.remove(unit);
      unit.unwatchWrites();
    }
  }

  /** Buries what has expired. */
  synchronized void sweep() {
    long now = now();
    List<RodToken> expired = new ArrayList<>();
    for (RodToken token : live.all()) {
      if (token.hasExpired(now)) {
        expired.add(token);
      }
    }
    expired.forEach(token -> bury(token, Sense.TOKEN_EXPIRED));
  }
}
