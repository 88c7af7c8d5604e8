package io.sommelier.mailbox.artemis;

import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.PullConsumer;
import io.sommelier.spi.Mailbox;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open mailbox. {@link #request} and {@link #close} are thread-safe; all else belongs to the thread of its reader.
 *
 * <p>Each command that is held has a consumer of its own, and there are a few more that ask. So one command can be given back, to the very place it had in the queue, by closing
 * its consumer: the protocol has no other way that leaves the rest alone. Consumers are used again. How many ask at once doubles with what comes and falls back to one when
 * nothing does.
 *
 * <p>That of an instance has no consumer while there is no such queue, as far as the broker tells which queues come and go: most instances never have one.
 */
final class MailboxIntake implements Mailbox.Intake {
    private static final Logger LOG = LoggerFactory.getLogger(MailboxIntake.class);
    private static final int MOST_ASKING = 64;

    private final Reader reader;
    private final String queue;
    private final boolean isOfInstance;
    private final Mailbox.Listener listener;
    private final Counters counters;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicBoolean pumps = new AtomicBoolean();
    private volatile boolean closed;

    private final List<Slot> slots = new ArrayList<>();
    private final Deque<Slot> free = new ArrayDeque<>();
    private final Deque<HeldCommand> early = new ArrayDeque<>();
    private int asking;
    private int mostAsking = 1;
    private Known known = Known.NOTHING;
    private boolean somethingCame;
    private String problem = "";
    private String refusedReplacement = "";

    /** What is known of the queue. */
    private enum Known {
        NOTHING,
        /** It is not there, and news of it come here. */
        MISSING,
        /** It is to be made, if it is not there. */
        NEEDED,
        THERE
    }

    /** One consumer, and what it holds. Lives as long as its connection. */
    final class Slot {
        private PullConsumer consumer;
        private ClientMessage message;
        private HeldCommand held;
        private Reader.Delivery delivery;
        private Exchange.Replacement replacement;
        private boolean isGone;
        /** Its queue went, with its consumer. */
        private boolean isCut;

        void hold(HeldCommand command) {
            held = command;
        }

        void acknowledge() throws ActiveMQException {
            message.individualAcknowledge();
            rest();
        }

        /** Another message takes its place. Where the broker does not take that one, this stays as it is, and is tried again at the next sweep. */
        void exchange(Reader.Delivery of, Exchange.Replacement by) throws ActiveMQException {
            delivery = of;
            replacement = by;
            String refusal = Exchange.run(reader.session(), message, by);
            if (refusal.isEmpty()) {
                replacement = null;
                refusedReplacement = "";
                rest();
            } else if (!refusal.equals(refusedReplacement)) {
                refusedReplacement = refusal;
                LOG.warn(
                        "a command of {} should go to {}, which refuses it, and stays: {}", queue, by.queue(), refusal);
            }
        }

        private void rest() throws ActiveMQException {
            message = null;
            held = null;
            if (closed || isCut || consumer.isWornOut()) {
                giveBackAndGoOn();
            } else {
                free.add(this);
                pump();
            }
        }

        /** What it holds goes back to its place in the queue, and counts as never delivered. */
        void giveBack() throws ActiveMQException {
            isGone = true;
            slots.remove(this);
            consumer.close();
        }

        /** The same, and the intake goes on. */
        void giveBackAndGoOn() throws ActiveMQException {
            giveBack();
            forgetWhenEmpty();
            pump();
        }
    }

    MailboxIntake(Reader reader, Target address, Mailbox.Listener listener, Counters counters) {
        this.reader = reader;
        this.queue = QueueNames.of(address);
        this.isOfInstance = address.namesInstance();
        this.listener = listener;
        this.counters = counters;
    }

    // ---- from any thread ----

    @Override
    public void request(int commands) {
        if (commands <= 0) {
            throw new IllegalArgumentException("request of " + commands + ", allowed is at least 1");
        }
        requested.updateAndGet(before -> Math.min(Long.MAX_VALUE - commands, before) + commands);
        pumpSoon();
    }

    @Override
    public void close() {
        closed = true;
        reader.submit(() -> {
            closeIdle();
            if (known == Known.THERE) {
                used();
            }
            forgetWhenEmpty();
        });
    }

    private void pumpSoon() {
        if (pumps.compareAndSet(false, true)) {
            reader.submit(() -> {
                pumps.set(false);
                pump();
            });
        }
    }

    // ---- the thread of the reader ----

    String queue() {
        return queue;
    }

    int consumers() {
        return slots.size();
    }

    /** Hands over what came early, and has as many consumers ask as may. */
    void pump() throws ActiveMQException {
        while (!closed && !early.isEmpty() && requested.get() > 0) {
            hand(early.poll());
        }
        if (reader.session() == null || closed) {
            return;
        }
        long wanted = Math.min(requested.get() - early.size(), mostAsking) - asking;
        for (; wanted > 0; wanted--) {
            Slot slot = free.poll();
            if (slot != null) {
                asking++;
                slot.consumer.ask();
            } else if (!mayOpen() || !openSlot()) {
                return;
            }
        }
    }

    /** Whether it is time for a consumer; the reader is asked to look if that is not known. */
    private boolean mayOpen() {
        if (!isOfInstance || !reader.hearsNews() || known == Known.NEEDED || known == Known.THERE) {
            return true;
        }
        if (known == Known.NOTHING) {
            reader.lookSoon(this);
        }
        return false;
    }

    /** Looks whether the queue is there. What comes later is told by the news, since those have been listened to before. */
    void look() throws ActiveMQException {
        if (!closed && known == Known.NOTHING) {
            known = Queues.isAnywhere(reader.session(), queue) ? Known.NEEDED : Known.MISSING;
            pump();
        }
    }

    /** The queue was made. */
    void queueCame() throws ActiveMQException {
        if (known != Known.THERE) {
            known = Known.NEEDED;
            pump();
        }
    }

    /** The queue was deleted, perhaps made again since, and its consumers ended with it. */
    void queueWent() throws ActiveMQException {
        for (Slot slot : List.copyOf(slots)) {
            slot.isCut = true;
            if (slot.message == null) {
                asking -= free.remove(slot) ? 0 : 1;
                slot.giveBack();
            }
        }
        known = Known.NOTHING;
        forgetWhenEmpty();
        pump();
    }

    /** How many consumers it has; -1 when one of them holds a command. */
    int idleConsumers() {
        for (Slot slot : slots) {
            if (slot.message != null) {
                return -1;
            }
        }
        return slots.size();
    }

    /** Reads no more until it is told of its queue, or to look. */
    void pause() throws ActiveMQException {
        for (Slot slot : List.copyOf(slots)) {
            if (slot.message == null) {
                asking -= free.remove(slot) ? 0 : 1;
                slot.giveBack();
            }
        }
        known = Known.MISSING;
    }

    /** Its queue may be there, or not. */
    void resume() throws ActiveMQException {
        if (known == Known.MISSING) {
            known = Known.NOTHING;
            pump();
        }
    }

    private boolean openSlot() throws ActiveMQException {
        try {
            if (known != Known.THERE) {
                Queues.make(reader.session(), queue);
                known = Known.THERE;
                used();
            }
            Slot slot = new Slot();
            slot.consumer = reader.consume(queue, message -> take(slot, message));
            slots.add(slot);
            asking++;
            problem = "";
            return true;
        } catch (ActiveMQException e) {
            if (!Queues.concernsOneQueue(e)) {
                throw e;
            }
            known = Known.NOTHING;
            if (!problem.equals(e.getMessage())) {
                problem = e.getMessage();
                LOG.warn("{} cannot be read, and is tried again: {}", queue, problem);
            }
            return false;
        }
    }

    private void used() {
        if (isOfInstance) {
            reader.used(queue);
        }
    }

    /** On a thread of the client: reads the message, and leaves the rest to the reader. */
    private void take(Slot slot, ClientMessage message) {
        MessageForm.Content content;
        try {
            content = MessageForm.read(message);
        } catch (IllegalArgumentException e) {
            reader.submit(() -> bury(slot, message, e.getMessage()));
            return;
        } catch (ActiveMQException | RuntimeException e) { // of the client, about a body that did not arrive
            LOG.debug("a message of {} did not arrive whole", queue, e);
            reader.submit(() -> broken(slot));
            return;
        }
        reader.submit(() -> came(slot, message, content));
    }

    private void came(Slot slot, ClientMessage message, MessageForm.Content content) throws ActiveMQException {
        if (slot.isGone) {
            return;
        }
        asking--;
        somethingCame = true;
        mostAsking = Math.min(MOST_ASKING, mostAsking * 2);
        slot.message = message;
        Reader.Delivery delivery =
                new Reader.Delivery(message.getMessageID(), content.command().id());
        HeldCommand alive = reader.reattach(delivery);
        Exchange.Replacement replacement = reader.replacement(delivery);
        if (alive != null) {
            counters.reattached.increment();
            alive.attach(slot);
        } else if (replacement != null) {
            slot.exchange(delivery, replacement);
        } else if (reader.isDone(delivery)) {
            counters.acknowledgedAgain.increment();
            slot.acknowledge();
        } else {
            long waited = reader.waitedNanos(message);
            HeldCommand held = new HeldCommand(
                    reader,
                    delivery,
                    slot,
                    content.command().toBuilder()
                            .remainingNanos(content.command().ttlNanos() - waited)
                            .build(),
                    content.origin(),
                    waited,
                    reader.deliveries(delivery, message),
                    queue,
                    counters);
            slot.hold(held);
            if (closed) {
                slot.giveBack();
                forgetWhenEmpty();
                return;
            }
            early.add(held);
        }
        pump();
    }

    private void hand(HeldCommand held) {
        requested.decrementAndGet();
        counters.came.increment();
        counters.held.incrementAndGet();
        held.handed();
        try {
            listener.waiting(held);
        } catch (RuntimeException e) { // of the listener, which is not ours
            LOG.error("the listener of {} failed; the command goes back", queue, e);
            held.back();
        }
    }

    private void bury(Slot slot, ClientMessage message, String reason) throws ActiveMQException {
        if (slot.isGone) {
            return;
        }
        asking--;
        slot.message = message;
        byte[] body = MessageForm.body(message).toBytes();
        reader.bury(
                message,
                body,
                reason,
                () -> {
                    if (!slot.isGone) {
                        slot.acknowledge();
                    }
                },
                () -> {
                    if (!slot.isGone) {
                        // the consumer stays with it, so that it does not come again before the broker can take it
                        // elsewhere
                        LOG.warn("a message of {} could not be put into {}", queue, QueueNames.DEAD);
                    }
                });
        pump();
    }

    private void broken(Slot slot) throws ActiveMQException {
        if (!slot.isGone) {
            asking--;
            slot.giveBack();
            pump();
        }
    }

    /** Nothing came for a while: one consumer asks on, the others go. */
    void sweep() throws ActiveMQException {
        for (Slot slot : List.copyOf(slots)) {
            if (slot.replacement != null) {
                slot.exchange(slot.delivery, slot.replacement);
            }
        }
        if (!somethingCame && reader.session() != null) {
            mostAsking = 1;
            for (Slot slot : List.copyOf(slots)) {
                boolean isFree = free.remove(slot);
                boolean isAsking = !isFree && slot.message == null;
                if (isFree || isAsking && asking > 1) {
                    asking -= isAsking ? 1 : 0;
                    slot.giveBack();
                }
            }
        }
        if (somethingCame) {
            used();
        }
        somethingCame = false;
        pump();
    }

    private void closeIdle() throws ActiveMQException {
        for (HeldCommand held = early.poll(); held != null; held = early.poll()) {
            held.slot().giveBack();
        }
        for (Slot slot : List.copyOf(slots)) {
            if (slot.message == null) {
                slot.giveBack();
            }
        }
        free.clear();
        asking = 0;
    }

    private void forgetWhenEmpty() {
        if (closed && slots.isEmpty()) {
            reader.forget(this);
        }
    }

    /** The reader stops: what was not handed over goes back as if it had never come; {@code true} when there is more. */
    boolean letGo() throws ActiveMQException {
        closeIdle();
        return !slots.isEmpty();
    }

    void disconnected() {
        for (HeldCommand held : early) {
            reader.rememberNotBegun(held.delivery());
        }
        early.clear();
        for (Slot slot : slots) {
            slot.isGone = true;
            if (slot.replacement != null) {
                reader.rememberReplacement(slot.delivery, slot.replacement);
            } else if (slot.held != null && slot.held.isHanded()) {
                slot.held.detach();
            }
        }
        slots.clear();
        free.clear();
        asking = 0;
        mostAsking = 1;
        known = Known.NOTHING;
        forgetWhenEmpty();
    }
}
