package io.sommelier.http.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes what a publisher gives as the parts of one reply. All parts that wait go out as one chunk with one flush. It asks
 * for more only while the socket takes something, and for no more parts than {@code streamBytes} hold, judged by the
 * largest lately; one part at first. What a publisher calls may come on any thread; all else is confined to the event
 * loop of the connection.
 */
final class PartsWriter implements Flow.Subscriber<ByteBuffer> {
    private static final int MOST_ASKED = 64;
    private static final int COPIED_BYTES = 8 << 10;

    private final Turn turn;
    private final HttpConnection connection;
    private final int streamBytes;
    private final Queue<ByteBuffer> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isScheduled = new AtomicBoolean();
    private volatile boolean isComplete;
    private volatile Throwable failure;

    private Flow.Subscription subscription;
    private int asked;
    private int largest;
    private boolean isStarted;
    private boolean isOver;

    PartsWriter(Turn turn, HttpConnection connection, int streamBytes) {
        this.turn = turn;
        this.connection = connection;
        this.streamBytes = streamBytes;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        connection.onLoop(() -> {
            if (isOver || subscription != null) {
                newSubscription.cancel();
            } else {
                subscription = newSubscription;
                wake();
            }
        });
    }

    @Override
    public void onNext(ByteBuffer part) {
        waiting.add(part);
        wake();
    }

    @Override
    public void onError(Throwable reason) {
        failure = reason;
        wake();
    }

    @Override
    public void onComplete() {
        isComplete = true;
        wake();
    }

    /** Goes on soon, and never at once: it may be called inside a write, or inside a publisher's own loop. */
    void wake() {
        if (isScheduled.compareAndSet(false, true)) {
            connection.soon(this::run);
        }
    }

    /** Nobody takes the parts any more. */
    void cancel() {
        if (!isOver) {
            isOver = true;
            waiting.clear();
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    private void run() {
        isScheduled.set(false);
        if (isOver) {
            return;
        }
        // These before the queue: else the last parts are lost.
        boolean isLast = isComplete;
        Throwable reason = failure;
        boolean hasWritten = writeWaiting();
        if (reason != null) {
            isOver = true;
            turn.partsFailed(isStarted, reason);
        } else if (isLast) {
            isOver = true;
            start();
            turn.partsEnded();
        } else {
            if (hasWritten) {
                connection.flushWritten();
            }
            ask();
        }
    }

    private boolean writeWaiting() {
        ByteBuf gathered = null;
        boolean hasWritten = false;
        for (ByteBuffer part = waiting.poll(); part != null; part = waiting.poll()) {
            asked--;
            int length = part.remaining();
            largest = Math.max(length, largest - largest / 8);
            if (length == 0) {
                continue;
            }
            hasWritten = true;
            if (length >= COPIED_BYTES) {
                write(gathered);
                gathered = null;
                write(Unpooled.wrappedBuffer(part));
            } else {
                if (gathered == null) {
                    gathered = connection.context().alloc().buffer(Math.max(256, length));
                }
                gathered.writeBytes(part.duplicate());
            }
        }
        write(gathered);
        return hasWritten;
    }

    private void write(ByteBuf bytes) {
        if (bytes != null) {
            start();
            connection.writePart(new DefaultHttpContent(bytes));
        }
    }

    private void start() {
        if (!isStarted) {
            isStarted = true;
            turn.partsStarted();
        }
    }

    private void ask() {
        Channel channel = connection.context().channel();
        int most = largest == 0 ? 1 : Math.max(1, Math.min(MOST_ASKED, streamBytes / largest));
        if (subscription != null && channel.isWritable() && asked <= most / 2) {
            int more = most - asked;
            asked += more;
            subscription.request(more);
        }
    }

    /** What ends a reply in chunks. */
    static Object last() {
        return LastHttpContent.EMPTY_LAST_CONTENT;
    }
}
