package io.sommelier.gateway.jms;

import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQAddressExistsException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** The queues that commands come by, {@code sommelier.in.<target>}, and how they are made. Stateless. */
final class InQueues {
    private static final String PREFIX = "sommelier.in.";

    /** Between an address and a queue, to the broker. */
    private static final String QUALIFIES = "::";

    private InQueues() {}

    /** The queue of a target. */
    static String of(String targetId) {
        return PREFIX + targetId;
    }

    /** Whether a target can have a queue of its name. */
    static boolean isPossible(String targetId) {
        return !targetId.contains(QUALIFIES);
    }

    /**
     * Why no reply may be sent to an address: the gateway may do more at the broker than its clients, and must not do
     * it for them.
     */
    static Optional<String> refusal(String address) {
        boolean isInner = address.startsWith("sommelier.")
                || address.startsWith("activemq.")
                || address.startsWith("$")
                || address.contains(QUALIFIES);
        return isInner ? Optional.of("replies are not sent to " + address) : Optional.empty();
    }

    /** Makes the queue of a target, durable and with an address of its own name, if there is none. Blocks. */
    static void make(ClientSession session, String targetId) throws ActiveMQException {
        String name = of(targetId);
        if (session.queueQuery(SimpleString.of(name)).isExists()) {
            return;
        }
        try {
            // made here, since a queue does not bring its address along where nobody else may make one
            if (!session.addressQuery(SimpleString.of(name)).isExists()) {
                session.createAddress(SimpleString.of(name), RoutingType.ANYCAST, false);
            }
            session.createQueue(QueueConfiguration.of(name)
                    .setAddress(name)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setDurable(true)
                    .setAutoDelete(false));
        } catch (ActiveMQQueueExistsException | ActiveMQAddressExistsException e) {
            // another controller was faster
        }
    }
}
