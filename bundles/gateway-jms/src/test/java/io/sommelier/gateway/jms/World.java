package io.sommelier.gateway.jms;

import static org.awaitility.Awaitility.await;

import io.sommelier.api.CommandHandler;
import io.sommelier.camel.SommelierComponent;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.runtime.camel.CamelContexts;
import io.sommelier.transport.embedded.EmbeddedMember;
import io.sommelier.transport.embedded.EmbeddedSender;
import io.sommelier.transport.embedded.EmbeddedTransport;
import io.sommelier.transport.embedded.MemberSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** A real broker on ports of its own, a controller, and the gateway between them. */
final class World {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    final Controller controller;
    final EmbeddedTransport transport = new EmbeddedTransport();
    final JmsGateway gateway;
    private final EmbeddedSender sender;
    private final ArtemisSettings brokerSettings;
    private final AtomicInteger members = new AtomicInteger();
    private volatile ArtemisRuntime broker;

    World(Path data, Map<String, ?> settings) {
        controller = new Controller("node-1", ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
        controller.add(transport).toCompletableFuture().join();
        sender = transport.sender("gateway.jms");
        brokerSettings = ArtemisSettings.defaults(data)
                .withAddress("127.0.0.1", new ArtemisSettings.Ports(0, 0, 0, -1))
                .withTimes(Duration.ofSeconds(1), Duration.ofMillis(20), Duration.ofMillis(100));
        gateway = new JmsGateway(new Contexts(), () -> new SommelierComponent(sender), read(settings));
        gateway.controller(controller.admin());
        gateway.start();
    }

    static GatewaySettings read(Map<String, ?> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.putIfAbsent("lookPeriod", "50ms");
        all.putIfAbsent("drainLimit", "500ms");
        return GatewaySettings.read(all);
    }

    /** What the service of runtime-camel does, as far as it matters here. */
    private static final class Contexts implements CamelContexts {
        @Override
        public CamelContext create() {
            return new DefaultCamelContext();
        }

        @Override
        public void release(CamelContext context) {
            context.stop();
        }
    }

    World startBroker() {
        ArtemisRuntime[] starting = new ArtemisRuntime[1];
        starting[0] = new ArtemisRuntime(brokerSettings, state -> {
            if (state.isUp()) {
                gateway.broker(new Broker(
                        starting[0].jms().orElseThrow(), starting[0].core().orElseThrow()));
            } else {
                gateway.brokerGone();
            }
        });
        broker = starting[0];
        broker.start();
        await().atMost(LIMIT).until(() -> broker.state().isUp());
        return this;
    }

    World awaitServed(String... targets) {
        await().atMost(LIMIT).until(() -> gateway.served().equals(Set.of(targets)));
        return this;
    }

    void stopBroker() throws Exception {
        broker.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    EmbeddedMember serve(String operation, CommandHandler handler) {
        return serve("cellar", operation, handler);
    }

    EmbeddedMember serve(String target, String operation, CommandHandler handler) {
        EmbeddedMember member = transport.register(MemberSpec.of("member-" + members.incrementAndGet(), target)
                .operation(operation, handler)
                .build());
        await().until(() -> member.welcome().isPresent());
        return member;
    }

    /** Connections of a client that is no part of this process, as far as the broker can see. */
    ActiveMQConnectionFactory jms() {
        return new ActiveMQConnectionFactory("tcp://127.0.0.1:" + broker.port("CORE"));
    }

    int port(String protocol) {
        return broker.port(protocol);
    }

    /** The messages in a queue, those that were delivered and not acknowledged included; -1 where there is no such queue. */
    long messages(String queue) throws Exception {
        try (ClientSessionFactory connection = broker.core().orElseThrow().connect();
                ClientSession session = broker.core().orElseThrow().open(connection)) {
            ClientSession.QueueQuery query = session.queueQuery(SimpleString.of(queue));
            return query.isExists() ? query.getMessageCount() : -1;
        }
    }

    void close() throws Exception {
        gateway.stop();
        stopBroker();
        controller.close(Duration.ofSeconds(1));
    }
}
