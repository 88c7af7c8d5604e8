package io.sommelier.bench.camel;

import io.sommelier.bench.party.Party;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.net.InetSocketAddress;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Answers what is in the queue of {@link CamelGateway} with the same bytes, by plain JMS: one connection, sessions side by side. */
public final class QueueWorkers implements Party {
    private final ActiveMQConnectionFactory connections;
    private final Connection connection;

    /** Begins to take. */
    public QueueWorkers(InetSocketAddress broker, int sessions) throws JMSException {
        connections = new ActiveMQConnectionFactory("tcp://" + broker.getHostString() + ":" + broker.getPort());
        connection = connections.createConnection();
        for (int i = 0; i < sessions; i++) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(null);
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            producer.setDisableMessageTimestamp(true);
            session.createConsumer(session.createQueue(CamelGateway.QUEUE))
                    .setMessageListener(message -> answer(session, producer, message));
        }
        connection.start();
    }

    private static void answer(Session session, MessageProducer producer, Message message) {
        try {
            BytesMessage reply = session.createBytesMessage();
            reply.writeBytes(message.getBody(byte[].class));
            String correlation = message.getJMSCorrelationID();
            reply.setJMSCorrelationID(correlation == null ? message.getJMSMessageID() : correlation);
            producer.send(message.getJMSReplyTo(), reply);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int port() {
        return 0;
    }

    @Override
    public void close() {
        try {
            connection.close();
            connections.close();
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }
}
