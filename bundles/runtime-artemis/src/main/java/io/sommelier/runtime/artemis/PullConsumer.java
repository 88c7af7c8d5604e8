package io.sommelier.runtime.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.core.client.impl.ClientConsumerInternal;
import org.apache.activemq.artemis.core.client.impl.ClientLargeMessageImpl;
import org.apache.activemq.artemis.core.client.impl.ClientMessageInternal;
import org.apache.activemq.artemis.core.client.impl.ClientSessionInternal;

/**
 * A consumer that is given one message each time it asks for one, and none before: the bound that a window of the client is not, because the client returns its credits
 * before it delivers. It uses what the broker's own bridges use, which is not public API; that is why it stands here, beside the library.
 *
 * <p>{@link #open}, {@link #ask} and {@link #close} are for the thread that uses the session. The handler is called on a thread of the client.
 *
 * <p>The credit of the protocol is counted in bytes, and the broker sends while it is more than zero. So one byte of credit is one message; what the message cost beyond it
 * is paid back when the next one is asked for. A large message (larger than a record of the broker's journal) comes in two packets, since a session of {@link CoreAccess}
 * says that chunks may have any size: the header is paid for to get the body, and what the client would pay back for the body by itself is taken from it before.
 */
public final class PullConsumer {
    private static final int ONE = 1;
    /** More than a packet has beside the body. */
    private static final int PACKET_BYTES = 1024;
    /** So that what is taken before and not paid back, at most {@link #PACKET_BYTES} for each, never adds up to an overflow. */
    private static final int MOST_LARGE_ONES = 1_000_000;

    private final ClientSessionInternal session;
    private final ClientConsumerInternal consumer;
    private final Handler handler;
    private int spent;
    private boolean wasLarge;
    private int largeOnes;

    /** Takes the messages. */
    @FunctionalInterface
    public interface Handler {
        /** A message came. Called on a thread of the client. Must not throw; reads the body before it returns, which blocks for a large message only. */
        void message(ClientMessage message);
    }

    private PullConsumer(ClientSessionInternal session, ClientConsumerInternal consumer, Handler handler) {
        this.session = session;
        this.consumer = consumer;
        this.handler = handler;
    }

    /**
     * Opens a consumer that asks for a message at once.
     *
     * @param session a session of {@link CoreAccess#open} that was started
     * @throws ActiveMQException when there is no such queue, or the connection is lost
     */
    public static PullConsumer open(ClientSession session, String queue, Handler handler) throws ActiveMQException {
        ClientConsumerInternal consumer =
                (ClientConsumerInternal) session.createConsumer(SimpleString.of(queue), null, ONE, -1, false);
        PullConsumer pull = new PullConsumer((ClientSessionInternal) session, consumer, handler);
        consumer.setManualFlowMessageHandler(pull::take);
        consumer.start(); // a message that came before the handler was there is handed over now
        return pull;
    }

    private void take(ClientMessage message) {
        int size = ((ClientMessageInternal) message).getFlowControlSize();
        synchronized (this) {
            wasLarge = message.isLargeMessage();
            spent = size;
            largeOnes += wasLarge ? 1 : 0;
        }
        if (message instanceof ClientLargeMessageImpl large) {
            takeBefore((int) large.getLargeMessageSize() + PACKET_BYTES);
            credit(size);
        }
        handler.message(message);
    }

    private void takeBefore(int bytes) {
        try {
            consumer.flowControl(-bytes, false);
        } catch (ActiveMQException e) {
            throw new IllegalStateException("credit below zero was sent to the broker", e);
        }
    }

    /** Asks for one message; to be called only after the one before came. */
    public void ask() {
        boolean isToBeReset;
        int back;
        synchronized (this) {
            isToBeReset = wasLarge;
            back = wasLarge ? ONE : spent;
        }
        if (isToBeReset) {
            credit(0); // below zero by the packet of the body, whose size is not told
        }
        credit(back);
    }

    /** Whether it has had its time, and another is to be opened in its place. */
    public synchronized boolean isWornOut() {
        return largeOnes >= MOST_LARGE_ONES;
    }

    private void credit(int bytes) {
        session.getSessionContext().sendConsumerCredits(consumer, bytes);
    }

    /**
     * Gives back what came and was not acknowledged, to the place in the queue where it was, as if it had never been delivered. Blocks until the broker has it.
     *
     * @throws ActiveMQException when the connection is lost
     */
    public void close() throws ActiveMQException {
        consumer.close();
    }
}
