/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.provider.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The body of an answer, as characters. What fits into one chunk leaves with its length; more
 * leaves in chunks as it is written, of which a few wait for the client at most: the writer waits
 * with them, and fails when the client does not read for a while. Used by one worker thread.
 */
final class ResponseStream implements Appendable {

  private static final int CHUNK_CHARS = 32 << 10;
  private static final int CHUNKS_WAITING = 2;

  private final HttpServerResponse response;
  private final Duration patience;
  private final StringBuilder chunk = new StringBuilder(4096);
  private final Deque<Future<Void>> waiting = new ArrayDeque<>();
  private boolean begun;
  private boolean refused;

  ResponseStream(HttpServerResponse response, Duration patience) {
    this.response = response;
    this.patience = patience;
  }

  /** Whether a part of it has left, so that nothing else can be answered. */
  boolean hasBegun() {
    return begun;
  }

  /** Forgets what was written and has not left. */
  void restart() {
    chunk.setLength(0);
  }

  @Override
  public Appendable append(CharSequence text) throws IOException {
    return append(text, 0, text.length());
  }

  @Override
  public Appendable append(CharSequence text, int start, int end) throws IOException {
    chunk.append(text, start, end);
    if (chunk.length() >= CHUNK_CHARS) {
      flush();
    }
    return this;
  }

  @Override
  public Appendable append(char character) throws IOException {
    return append(String.valueOf(character), 0, 1);
  }

  private void flush() throws IOException {
    if (!begun) {
      begun = true;
      response.setChunked(true);
    }
    while (waiting.size() >= CHUNKS_WAITING) {
      await(waiting.poll());
    }
    waiting.add(response.write(bytes()));
  }

  /** Sends the rest and ends the answer. */
  void end() throws IOException {
    await(response.end(bytes()));
  }

  /**
   * Surrogates come in pairs, so that a chunk ends between two characters or waits for the next.
   */
  private Buffer bytes() {
    int end = chunk.length();
    if (end > 0 && Character.isHighSurrogate(chunk.charAt(end - 1))) {
      end--;
    }
    Buffer buffer = Buffer.buffer(chunk.substring(0, end).getBytes(StandardCharsets.UTF_8));
    chunk.delete(0, end);
    return buffer;
  }

  private void await(Future<Void> written) throws IOException {
    if (refused) {
      throw new IOException("the client has gone");
    }
    try {
      written
          .toCompletionStage()
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      refused = true;
      throw new IOException("the client has gone", e.getCause());
    } catch (TimeoutException e) {
      refused = true;
      throw new IOException("the client does not read its answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
