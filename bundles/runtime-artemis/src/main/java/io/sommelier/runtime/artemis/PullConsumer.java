package io.sommelier.runtime.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.core.client.impl.ClientConsumerInternal;
import org.apache.activemq.artemis.core.client.impl.ClientMessageInternal;
import org.apache.activemq.artemis.core.client.impl.ClientSessionInternal;

/**
 * A consumer that is given one message each time it asks for one, and none before: the bound that a window of the client is not, because the client returns its credits
 * before it delivers. It uses what the broker's own bridges use, which is not public API; that is why it stands here, beside the library.
 *
 * <p>{@link #open}, {@link #ask} and {@link #close} are for the thread that uses the session. The handler is called on a thread of the client, or inside {@code ask}.
 *
 * <p>The credit of the protocol is counted in bytes, and the broker sends while it is more than zero. So one byte of credit is one message; what the message cost beyond it
 * is paid back when the next one is asked for. The chunks of a large message (larger than a record of the broker's journal) pay for themselves, which leaves one byte of
 * credit at its end: one message may then come unasked. It is kept here until it is asked for.
 */
public final class PullConsumer {
    private static final int ONE = 1;

    private final ClientSessionInternal session;
    private final ClientConsumerInternal consumer;
    private final Handler handler;
    private boolean asked = true;
    private int spent;
    private ClientMessage early;

    /** Takes the messages. */
    @FunctionalInterface
    public interface Handler {
        /** A message came. Must not throw; reads the body before it returns, which blocks for a large message only. */
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
     * @param session a session that was started
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
        synchronized (this) {
            if (!message.isLargeMessage()) {
                spent += ((ClientMessageInternal) message).getFlowControlSize();
            }
            if (!asked) {
                early = message;
                return;
            }
            asked = false;
        }
        deliver(message);
    }

    private void deliver(ClientMessage message) {
        if (message.isLargeMessage()) {
            // the chunks follow when the header is paid for
            credit(((ClientMessageInternal) message).getFlowControlSize());
        }
        handler.message(message);
    }

    /** Asks for one message; to be called only after the one before came. */
    public void ask() {
        ClientMessage ready;
        int back = 0;
        synchronized (this) {
            ready = early;
            early = null;
            if (ready == null) {
                asked = true;
                back = spent;
                spent = 0;
            }
        }
        if (ready != null) {
            deliver(ready);
        } else if (back > 0) {
            credit(back);
        }
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
