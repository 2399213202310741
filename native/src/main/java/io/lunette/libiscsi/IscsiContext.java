/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.libiscsi;

import com.sun.jna.Pointer;
import io.lunette.libiscsi.InitiatorException.Kind;
import io.lunette.platform.linux.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * One {@code iscsi_context}: owns it and its socket, checks every result, waits for the socket with
 * poll(2) and never for longer than it is told.
 *
 * <p>Owned by one thread. A connection that breaks is not made again: libiscsi then cancels the
 * tasks in flight, and the session ends.
 */
final class IscsiContext implements AutoCloseable {

  private static final long LOGIN = -1;
  private static final long LOGOUT = -2;
  private static final int SLICE_MILLIS = 100;
  private static final String NOT_RECONNECTED = "Can not reconnect";

  private final String url;
  private final Duration patience;
  private final CommandCallback callback = this::ended;
  private final long callbackAddress;
  private final long address;
  private final ByteBuffer pollFd =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
  private final long pollFdAddress = LibC.addressOf(pollFd);
  private final int[] ended;
  private final int[] statuses;

  private int endedCount;
  private int lun;
  private boolean loginEnded;
  private int loginStatus;
  private boolean logoutEnded;
  private boolean broken;

  IscsiContext(String url, SessionOptions options) throws InitiatorException {
    this.url = url;
    this.patience = options.patience();
    ended = new int[options.depth()];
    statuses = new int[options.depth()];
    callbackAddress = CommandCallback.addressOf(callback);
    address = LibIscsi.iscsi_create_context(options.initiatorName());
    if (address == 0) {
      throw new OutOfMemoryError("iscsi_create_context");
    }
  }

  /** Connects, logs in and has the unit answer that it is ready. */
  void login(boolean headerDigest) throws InitiatorException {
    LibIscsi.iscsi_set_noautoreconnect(address, 1);
    require(LibIscsi.iscsi_set_session_type(address, LibIscsi.ISCSI_SESSION_NORMAL), Kind.REFUSED);
    int digest =
        headerDigest ? LibIscsi.ISCSI_HEADER_DIGEST_CRC32C : LibIscsi.ISCSI_HEADER_DIGEST_NONE;
    require(LibIscsi.iscsi_set_header_digest(address, digest), Kind.REFUSED);
    long parsed = LibIscsi.iscsi_parse_full_url(address, url);
    if (parsed == 0) {
      throw failure(Kind.BAD_URL);
    }
    lun = new Pointer(parsed).getInt(LibIscsi.ISCSI_URL_LUN);
    int begun = LibIscsi.iscsi_full_connect_async(address, parsed, lun, callbackAddress, LOGIN);
    LibIscsi.iscsi_destroy_url(parsed);
    require(begun, Kind.REFUSED);
    long deadline = System.nanoTime() + patience.toNanos();
    while (!loginEnded) {
      turn(SLICE_MILLIS, Kind.REFUSED);
      if (System.nanoTime() > deadline) {
        throw new InitiatorException(
            Kind.TIMED_OUT, url + ": no login within " + patience.toMillis() + " ms");
      }
    }
    require(loginStatus, Kind.REFUSED);
  }

  /** Queues a prepared task; its number comes back in {@link #ended(int)}. */
  void queue(int number, ScsiTask task) throws InitiatorException {
    require(
        LibIscsi.iscsi_scsi_command_async(address, lun, task.address(), callbackAddress, 0, number),
        Kind.CONNECTION_LOST);
  }

  /** Sends what the socket takes, waits for it at most so long, takes what it has. */
  void turn(int timeoutMillis) throws InitiatorException {
    turn(timeoutMillis, Kind.CONNECTION_LOST);
  }

  private void turn(int timeoutMillis, Kind kind) throws InitiatorException {
    int events = LibIscsi.iscsi_which_events(address);
    if (events == (LibC.POLLIN | LibC.POLLOUT)) {
      require(LibIscsi.iscsi_service(address, LibC.POLLOUT), kind);
      events = LibIscsi.iscsi_which_events(address);
    }
    pollFd.putInt(0, LibIscsi.iscsi_get_fd(address));
    pollFd.putShort(Integer.BYTES, (short) events);
    pollFd.putShort(Integer.BYTES + Short.BYTES, (short) 0);
    int ready = LibC.poll(pollFdAddress, 1, timeoutMillis);
    if (ready < 0 && LibC.errno() != LibC.EINTR) {
      throw new InitiatorException(kind, url + ": poll: errno " + LibC.errno());
    }
    if (ready > 0) {
      int found = pollFd.getShort(Integer.BYTES + Short.BYTES);
      require(LibIscsi.iscsi_service(address, found), kind);
    }
  }

  /** How many tasks ended since {@link #forgetEnded}. */
  int endedCount() {
    return endedCount;
  }

  /** The number of one of them. */
  int ended(int index) {
    return ended[index];
  }

  /** How that task ended: a SCSI status or one of libiscsi's own. */
  int status(int task) {
    return statuses[task];
  }

  void forgetEnded() {
    endedCount = 0;
  }

  String lastError() {
    return LibIscsi.iscsi_get_error(address);
  }

  /** What the library says, for a session that ends by it. */
  InitiatorException failure(Kind kind) {
    broken = true;
    String said = lastError().strip();
    return new InitiatorException(
        kind, url + ": " + (said.contains(NOT_RECONNECTED) ? disconnected(kind) : said));
  }

  /** Where a connection breaks the library says only that it does not make it again. */
  private static String disconnected(Kind kind) {
    return kind == Kind.REFUSED
        ? "no connection: nothing listens there, or it closes at once"
        : "the target closed the connection";
  }

  private void require(int result, Kind kind) throws InitiatorException {
    if (result != 0) {
      throw failure(kind);
    }
  }

  /** Called from C. */
  private void ended(long iscsi, int status, long commandData, long privateData) {
    if (privateData == LOGIN) {
      loginEnded = true;
      loginStatus = status;
    } else if (privateData == LOGOUT) {
      logoutEnded = true;
    } else {
      int task = (int) privateData;
      statuses[task] = status;
      ended[endedCount++] = task;
    }
  }

  /** Logs out if anybody is there, waiting for the answer within the patience of the session. */
  void logout() throws InitiatorException {
    if (broken) {
      return;
    }
    require(LibIscsi.iscsi_logout_async(address, callbackAddress, LOGOUT), Kind.CONNECTION_LOST);
    long deadline = System.nanoTime() + patience.toNanos();
    while (!logoutEnded && System.nanoTime() < deadline) {
      turn(SLICE_MILLIS);
    }
  }

  /** Closes the socket; tasks in flight are the caller's again. */
  @Override
  public void close() {
    forgetEnded();
    int ignored = LibIscsi.iscsi_destroy_context(address);
  }
}
