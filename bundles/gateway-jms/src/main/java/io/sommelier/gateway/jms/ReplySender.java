package io.sommelier.gateway.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.ResourceAllocationException;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives replies to the broker, in a session of their own, so that one that cannot be given takes nothing else along. Thread-safe; blocks. */
final class ReplySender {
    private static final Logger LOG = LoggerFactory.getLogger(ReplySender.class);

    private final ConnectionFactory connections;
    private final CoreQueries queries;
    private final AtomicLong dropped = new AtomicLong();

    ReplySender(ConnectionFactory connections, CoreQueries queries) {
        this.connections = connections;
        this.queries = queries;
    }

    /** How many replies nobody could be given. */
    long dropped() {
        return dropped.get();
    }

    /**
     * Sends a reply. One whose destination is gone, full or closed to us is dropped, and counted.
     *
     * @throws JMSException when the broker cannot be reached
     */
    void send(Request request, ReplyContent content, Duration keep) throws JMSException {
        if (request.replyTo().isEmpty()) {
            return;
        }
        ActiveMQDestination named = request.replyTo().get();
        Optional<ActiveMQDestination> to = destination(named);
        if (to.isEmpty()) {
            drop(named.getAddress(), "there is no such address");
            return;
        }
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            MessageProducer producer = session.createProducer(null);
            try {
                producer.send(
                        to.get(),
                        message(session, request, content),
                        request.deliveryMode(),
                        request.priority(),
                        keep.toMillis());
            } finally {
                producer.close();
            }
        } catch (InvalidDestinationException | JMSSecurityException | ResourceAllocationException e) {
            drop(named.getAddress(), e.getMessage());
        }
    }

    private void drop(String address, String reason) {
        if (dropped.getAndIncrement() == 0) {
            LOG.warn("A reply to {} is dropped: {}. Further ones are counted only", address, reason);
        } else {
            LOG.debug("A reply to {} is dropped: {}", address, reason);
        }
    }

    /**
     * Where to send. A temporary queue is looked up: the client library would make it anew for whoever has gone, and
     * keep it. A named one is made if need be, since its client may read it later. A STOMP client does not say whether it
     * reads a queue or a topic, so the broker is asked.
     */
    private Optional<ActiveMQDestination> destination(ActiveMQDestination named) throws JMSException {
        boolean isUnsaid = named.getType() == ActiveMQDestination.TYPE.DESTINATION;
        if (!isUnsaid && !named.isTemporary()) {
            return Optional.of(named);
        }
        ClientSession.AddressQuery known = look(named.getAddress());
        if (isUnsaid) {
            return Optional.of(
                    known.isExists() && !known.isSupportsAnycast()
                            ? ActiveMQDestination.createTopic(named.getAddress())
                            : ActiveMQDestination.createQueue(named.getAddress()));
        }
        return known.isExists() ? Optional.of(named) : Optional.empty();
    }

    private ClientSession.AddressQuery look(String address) throws JMSException {
        try {
            return queries.look(address);
        } catch (ActiveMQException e) {
            JMSException failure = new JMSException("the broker cannot be asked: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    private static Message message(Session session, Request request, ReplyContent content) throws JMSException {
        Optional<String> text = request.isText() ? ProblemJson.textOf(content.bytes()) : Optional.empty();
        Message message;
        if (text.isPresent()) {
            message = session.createTextMessage(text.get());
        } else {
            BytesMessage bytes = session.createBytesMessage();
            bytes.writeBytes(content.bytes());
            message = bytes;
        }
        org.apache.activemq.artemis.api.core.Message core = ((ActiveMQMessage) message).getCoreMessage();
        request.correlation().ifPresent(core::setCorrelationID);
        for (var property : content.properties().entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        if (!content.contentType().isEmpty()) {
            message.setStringProperty(Request.OWN + "content_type", content.contentType());
            core.putStringProperty(Request.AMQP_CONTENT_TYPE, content.contentType());
            core.putStringProperty(
                    org.apache.activemq.artemis.api.core.Message.HDR_CONTENT_TYPE.toString(), content.contentType());
        }
        boolean isOfSameKind = text.isPresent() == request.isText();
        if (isOfSameKind && request.amqpEncoding().isPresent()) {
            core.putShortProperty(Request.AMQP_ENCODING, request.amqpEncoding().get());
        }
        return message;
    }
}
