package io.sommelier.gateway.jms;

import jakarta.jms.JMSException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;

/**
 * What a message says beside its body, whatever protocol it came by. Immutable.
 *
 * @param replyTo where the reply goes, where it wants one
 * @param correlation what the reply is told by, in the type that the client gave it; its own id where it names none
 * @param isText whether the body is a text
 * @param amqpEncoding how an AMQP client encoded the body, where the broker says so
 * @param contentType the media type of the body, or empty
 * @param deliveryMode that of the message, for its reply
 * @param priority that of the message, for its reply
 * @param deliveries how often it was delivered, this time included
 * @param left what is left until it expires, where it does; not positive when it has
 * @param properties the properties that are a client's own, by their names in lower case
 * @param jmsType the type, or empty
 */
record Request(
        Optional<ActiveMQDestination> replyTo,
        Optional<Object> correlation,
        boolean isText,
        Optional<Short> amqpEncoding,
        String contentType,
        int deliveryMode,
        int priority,
        int deliveries,
        Optional<Duration> left,
        Map<String, String> properties,
        String jmsType) {
    /** Begins the names of properties that the gateway itself obeys, and sets on replies. */
    static final String OWN = "sommelier_";

    static final String AMQP_CONTENT_TYPE = "JMS_AMQP_ContentType";
    static final String AMQP_ENCODING = "JMS_AMQP_ORIGINAL_ENCODING";
    private static final String AMQP_MESSAGE_ID = "NATIVE_MESSAGE_ID";
    private static final String DELIVERIES = "JMSXDeliveryCount";

    /**
     * Reads a message.
     *
     * @param nowMillis the wall clock
     * @throws JMSException when it cannot be read
     */
    static Request of(ActiveMQMessage message, long nowMillis) throws JMSException {
        Message core = message.getCoreMessage();
        return new Request(
                Optional.ofNullable((ActiveMQDestination) message.getJMSReplyTo()),
                correlation(message, core),
                message instanceof jakarta.jms.TextMessage,
                core.containsProperty(AMQP_ENCODING)
                        ? Optional.of(core.getShortProperty(AMQP_ENCODING))
                        : Optional.empty(),
                contentType(core),
                message.getJMSDeliveryMode(),
                message.getJMSPriority(),
                Math.max(1, message.getIntProperty(DELIVERIES)),
                left(message, core, nowMillis),
                properties(message),
                message.getJMSType() == null ? "" : message.getJMSType());
    }

    /** A property that the gateway obeys. */
    Optional<String> own(String name) {
        return Optional.ofNullable(properties.get(OWN + name));
    }

    private static Optional<Object> correlation(ActiveMQMessage message, Message core) {
        Object given = core.getCorrelationID();
        if (given == null && core.containsProperty(AMQP_MESSAGE_ID)) {
            given = core.getStringProperty(AMQP_MESSAGE_ID);
        }
        return Optional.ofNullable(given == null ? message.getJMSMessageID() : given);
    }

    private static String contentType(Message core) {
        for (String name :
                new String[] {OWN + "content_type", AMQP_CONTENT_TYPE, Message.HDR_CONTENT_TYPE.toString()}) {
            if (core.containsProperty(name)) {
                return String.valueOf(core.getObjectProperty(name));
            }
        }
        return "";
    }

    /**
     * A message expires by an instant, which its client took from its own clock, or the broker from its. So the time that it was given is reckoned from when it was sent, by the client's
     * clock, less the time that it was at the broker, by the broker's; and it has no longer than to that instant by ours.
     */
    private static Optional<Duration> left(ActiveMQMessage message, Message core, long nowMillis) throws JMSException {
        long expires = message.getJMSExpiration();
        if (expires == 0) {
            return Optional.empty();
        }
        long left = expires - nowMillis;
        long given = expires - message.getJMSTimestamp();
        if (message.getJMSTimestamp() > 0 && given > 0 && core.containsProperty(Message.HDR_INGRESS_TIMESTAMP)) {
            long waited = nowMillis - core.getLongProperty(Message.HDR_INGRESS_TIMESTAMP);
            left = Math.min(left, given - Math.max(0, waited));
        }
        return Optional.of(Duration.ofMillis(left));
    }

    private static Map<String, String> properties(ActiveMQMessage message) throws JMSException {
        Map<String, String> properties = new LinkedHashMap<>();
        Enumeration<?> names = message.getPropertyNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement().toString();
            if (isOfClient(name)) {
                Object value = message.getObjectProperty(name);
                if (value instanceof byte[] bytes) {
                    value = new String(bytes, StandardCharsets.UTF_8);
                }
                if (value != null) {
                    properties.put(PropertyNames.toHeader(name), value.toString());
                }
            }
        }
        return Map.copyOf(properties);
    }

    private static boolean isOfClient(String name) {
        return !name.startsWith("JMS")
                && !name.startsWith("_")
                && !name.equals(AMQP_MESSAGE_ID)
                && !name.equals("destination-type")
                && !name.equals("receipt");
    }
}
