package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.spi.Mailbox;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.SendAcknowledgementHandler;

/**
 * Writes commands to the broker: many threads put, one thread sends without waiting, and the broker confirms each when it has it; a durable one when it is on disk, many with
 * one sync of the journal. What was not sent when the connection is lost was not sent; what was sent and not confirmed is unknown. Thread-safe.
 */
final class PutWriter extends SessionThread {
    private static final long LOOK_NANOS = 50_000_000;
    private static final long IDLE_NANOS = 1_000_000_000L;

    private final Counters counters;
    private final LongSupplier nanos;
    private final Queue<Put> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Put> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Map<String, Long> queues = new HashMap<>(); // when each was looked at
    private final Map<String, Deque<Put>> parked = new LinkedHashMap<>(); // behind marks, in their order
    private final IdleTimes idleTimes;
    private long nextParked = System.nanoTime();
    private ClientSession session;
    /** For questions: what a send was refused with would be taken for the answer to the next one of its session. */
    private ClientSession asking;

    private ClientProducer producer;

    PutWriter(String name, MailboxSettings settings, Counters counters, LongSupplier nanos, IdleTimes idleTimes) {
        super(name, settings, counters);
        this.counters = counters;
        this.nanos = nanos;
        this.idleTimes = idleTimes;
    }

    CompletionStage<Void> put(Command command, Mailbox.Origin origin, long remainingNanos) {
        int size = command.payload().size() + command.headers().encodedSize();
        Put put = new Put(QueueNames.of(command.target()), size, nanos.getAsLong(), command.durable()) {
            @Override
            void fill(ClientMessage message, long waitedNanos) {
                MessageForm.write(command, origin, remainingNanos - waitedNanos, message);
            }
        };
        return take(put);
    }

    /** Puts a message that is no command where an operator finds it, with all it has. */
    CompletionStage<Void> bury(ClientMessage dead, byte[] body, String reason) {
        return take(new Put(QueueNames.DEAD, body.length, nanos.getAsLong(), true) {
            @Override
            void fill(ClientMessage message, long waitedNanos) {
                for (var name : dead.getPropertyNames()) {
                    if (!name.toString().startsWith("_AMQ")) {
                        message.putObjectProperty(name, dead.getObjectProperty(name));
                    }
                }
                message.putStringProperty(MessageForm.DEAD_REASON, SimpleString.of(reason));
                message.putStringProperty(MessageForm.DEAD_ADDRESS, dead.getAddressSimpleString());
                message.getBodyBuffer().writeBytes(body);
            }
        });
    }

    private CompletionStage<Void> take(Put put) {
        boolean countFits = count.incrementAndGet() <= settings().maxPuts();
        boolean bytesFit = bytes.addAndGet(put.size) <= settings().maxPutBytes() || count.get() == 1;
        if (!isUp()) {
            put.fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, problem());
        } else if (!countFits || !bytesFit) {
            put.fail(ErrorCode.OVERLOADED, Outcome.NOT_SENT, "too many commands are on their way to the broker");
        } else {
            waiting.add(put);
            if (isUp()) {
                wake();
            } else {
                idle(); // the thread may have ended between
            }
        }
        return put.future;
    }

    int onTheirWay() {
        return count.get();
    }

    @Override
    void connected(ClientSession opened) throws ActiveMQException {
        session = opened;
        asking = openAnother();
        producer = opened.createProducer();
    }

    @Override
    long work() throws ActiveMQException {
        sendParked();
        for (Put put = waiting.poll(); put != null; put = waiting.poll()) {
            Deque<Put> before = parked.get(put.queue);
            if (before == null) {
                send(put);
            } else {
                before.add(put);
            }
        }
        Put oldest = sent.peek();
        while (oldest != null && oldest.isEnded()) {
            sent.remove(oldest);
            oldest = sent.peek();
        }
        if (oldest == null) {
            return parked.isEmpty() ? IDLE_NANOS : LOOK_NANOS;
        }
        if (nanos.getAsLong() - oldest.sentNanos > settings().putLimit().toNanos()) {
            throw new ActiveMQException("the broker did not confirm a command within "
                    + settings().putLimit().toMillis() + " ms");
        }
        return LOOK_NANOS;
    }

    /** Those whose mailbox was about to be removed, once it is not any more, or is gone. */
    private void sendParked() throws ActiveMQException {
        long now = System.nanoTime();
        if (parked.isEmpty() || now - nextParked < 0) {
            return;
        }
        nextParked = now + LOOK_NANOS;
        for (String queue : List.copyOf(parked.keySet())) {
            Deque<Put> left = parked.get(queue);
            left.removeIf(Put::failWhenLate);
            while (!left.isEmpty() && trySend(left.peek())) {
                left.poll();
            }
            if (left.isEmpty()) {
                parked.remove(queue);
            } else {
                wish(queue);
            }
        }
    }

    /** It waits until its mailbox is not about to be removed any more. */
    private void park(Put put) throws ActiveMQException {
        parked.computeIfAbsent(put.queue, queue -> new ArrayDeque<>()).add(put);
        wish(put.queue);
    }

    /** Tells whoever is about to remove a mailbox that there is something for it. */
    private void wish(String queue) throws ActiveMQException {
        String mark = QueueNames.markOf(queue);
        try {
            producer.send(SimpleString.of(mark), Queues.createWish(session));
        } catch (ActiveMQException e) {
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
            // it is gone just now
        }
    }

    private void send(Put put) throws ActiveMQException {
        if (!trySend(put)) {
            park(put);
        }
    }

    /** Sends it, or fails it; {@code false}, and nothing was done, when its mailbox is about to be removed. */
    private boolean trySend(Put put) throws ActiveMQException {
        try {
            if (!makeQueue(put)) {
                return false;
            }
        } catch (ActiveMQException e) {
            put.fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, e.getMessage());
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
            return true;
        }
        ClientMessage message = Queues.createMessage(session, put.durable);
        long now = nanos.getAsLong();
        put.fill(message, now - put.atNanos);
        put.sentNanos = now;
        sent.add(put);
        try {
            producer.send(SimpleString.of(put.queue), message, put);
        } catch (ActiveMQException e) {
            put.sendFailed(message, e);
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
        }
        return true;
    }

    /** Looks again now and then, and when the broker did not find the queue; {@code false} when it is about to be removed. */
    private boolean makeQueue(Put put) throws ActiveMQException {
        long now = System.nanoTime();
        Long known = queues.get(put.queue);
        if (known == null || now - known > trustNanos() || put.isRefused) {
            if (QueueNames.isOfInstance(put.queue) && Queues.isMarked(asking, put.queue)) {
                queues.remove(put.queue);
                return false;
            }
            Queues.make(asking, put.queue);
            if (queues.size() >= Queues.MOST_REMEMBERED) {
                queues.clear();
            }
            queues.put(put.queue, now);
            known = now;
        }
        put.lookedAtNanos = known;
        return true;
    }

    /** Short enough that there is time left to confirm what is sent at its end. */
    private long trustNanos() {
        return Math.min(Queues.TRUST_NANOS, idleTimes.leaseNanos() / 3);
    }

    @Override
    void idle() {
        for (Put put = waiting.poll(); put != null; put = waiting.poll()) {
            put.fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, problem());
        }
    }

    /** What waited behind a mark was not sent. */
    private void failParked() {
        for (Deque<Put> left : parked.values()) {
            left.forEach(put -> put.fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, problem()));
        }
        parked.clear();
    }

    @Override
    boolean leaving() {
        long end = System.nanoTime() + settings().putLimit().toNanos();
        while (sent.stream().anyMatch(put -> !put.isEnded()) && System.nanoTime() < end) {
            LockSupport.parkNanos(this, 1_000_000);
        }
        return false;
    }

    @Override
    void disconnected() {
        session = null;
        asking = null;
        producer = null;
        queues.clear();
        failParked();
        for (Put put = sent.poll(); put != null; put = sent.poll()) {
            put.fail(
                    ErrorCode.MAILBOX_UNAVAILABLE,
                    Outcome.UNKNOWN,
                    "the command was sent to the broker, which did not confirm it: " + problem());
        }
        idle();
    }

    /** One command on its way. Ends once. */
    private abstract class Put implements SendAcknowledgementHandler {
        final String queue;
        final int size;
        final long atNanos;
        final boolean durable;
        final CompletableFuture<Void> future = new CompletableFuture<>();
        // of the thread that writes, before it is sent
        /** When its queue was looked at, in real time. */
        long lookedAtNanos;

        long sentNanos;

        /** The broker had no such queue once; it is made, and the command sent again, once. */
        volatile boolean isRefused;

        private final AtomicBoolean ended = new AtomicBoolean();

        Put(String queue, int size, long atNanos, boolean durable) {
            this.queue = queue;
            this.size = size;
            this.atNanos = atNanos;
            this.durable = durable;
        }

        /** Writes what is to be sent, which waited that long. */
        abstract void fill(ClientMessage message, long waitedNanos);

        boolean isEnded() {
            return ended.get();
        }

        private boolean end() {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            count.decrementAndGet();
            bytes.addAndGet(-size);
            return true;
        }

        void fail(ErrorCode code, Outcome outcome, String message) {
            if (end()) {
                (outcome == Outcome.UNKNOWN ? counters.unconfirmed : counters.refused).increment();
                future.completeExceptionally(
                        new CommandException(CommandError.of(code, outcome, Stage.MAILBOX, message)));
            }
        }

        /** Its mailbox is about to be removed for so long that something must be wrong. */
        boolean failWhenLate() {
            if (nanos.getAsLong() - atNanos <= settings().putLimit().toNanos()) {
                return false;
            }
            fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, "the mailbox " + queue + " is about to be removed");
            return true;
        }

        @Override
        public void sendAcknowledged(Message message) {
            if (QueueNames.isOfInstance(queue) && System.nanoTime() - lookedAtNanos > idleTimes.leaseNanos()) {
                fail(
                        ErrorCode.MAILBOX_UNAVAILABLE,
                        Outcome.UNKNOWN,
                        "the broker confirmed the command so late that its mailbox may have been removed since");
            } else if (end()) {
                counters.put.increment();
                future.complete(null);
            }
        }

        @Override
        public void sendFailed(Message message, Exception e) {
            if (!isRefused && e instanceof ActiveMQException active && Queues.isMissing(active) && sent.remove(this)) {
                isRefused = true;
                waiting.add(this);
                if (isUp()) {
                    wake();
                } else {
                    idle();
                }
                return;
            }
            boolean isFull =
                    e instanceof ActiveMQException active && active.getType() == ActiveMQExceptionType.ADDRESS_FULL;
            boolean isRefused = e instanceof ActiveMQException active && Queues.concernsOneQueue(active);
            fail(
                    ErrorCode.MAILBOX_UNAVAILABLE,
                    isRefused ? Outcome.NOT_SENT : Outcome.UNKNOWN,
                    isFull ? "the mailbox " + queue + " is full" : e.getMessage());
        }
    }
}
