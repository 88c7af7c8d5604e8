package io.sommelier.runtime.artemis;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnector;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMRegistry;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;

/** One start of the embedded broker. Confined to the thread of its runtime. */
final class EmbeddedBroker implements Broker {
    /** The user as whom the same JVM comes in; the broker asks no realm about it. */
    private static final String INSIDER = "sommelier-insider";

    private static final int JOURNAL_FILE_BYTES = 10 << 20;
    /** Also the longest record: what is larger becomes a file of its own. */
    private static final int JOURNAL_BUFFER_BYTES = 2 << 20;

    private static final long LOCK_LIMIT_MILLIS = 2000;
    private static final long ACTIVATION_LIMIT_SECONDS = 30;

    private static final AtomicInteger NEXT_SERVER_ID = new AtomicInteger();

    private final ArtemisSettings settings;
    private final int serverId = NEXT_SERVER_ID.getAndIncrement();
    private final String insiderPassword = UUID.randomUUID().toString();
    private DataLock lock;
    private ActiveMQServer server;

    EmbeddedBroker(ArtemisSettings settings) {
        this.settings = settings;
    }

    @Override
    public String start() throws Exception {
        for (Map.Entry<String, Integer> port : listening().entrySet()) {
            checkFree(port.getKey(), port.getValue());
        }
        lock = DataLock.take(settings.dataDirectory());
        AtomicReference<Exception> failure = new AtomicReference<>();
        server = new ActiveMQServerImpl(
                configuration(),
                ManagementFactory.getPlatformMBeanServer(),
                settings.realm().isEmpty() ? null : realm());
        server.registerActivationFailureListener(failure::set);
        server.start();
        if (failure.get() != null) {
            throw failure.get();
        }
        if (!server.waitForActivation(ACTIVATION_LIMIT_SECONDS, TimeUnit.SECONDS) || !server.isActive()) {
            throw new IllegalStateException("the broker was not active after " + ACTIVATION_LIMIT_SECONDS + " s");
        }
        StringBuilder where = new StringBuilder("embedded in ").append(settings.dataDirectory());
        for (String protocol : listening().keySet()) {
            where.append(", ")
                    .append(protocol)
                    .append(" at ")
                    .append(settings.host())
                    .append(':')
                    .append(port(protocol));
        }
        return where.toString();
    }

    private Map<String, Integer> listening() {
        ArtemisSettings.Ports ports = settings.ports();
        Map<String, Integer> listening = new LinkedHashMap<>();
        listening.put("CORE", ports.core());
        listening.put("AMQP", ports.amqp());
        listening.put("STOMP", ports.stomp());
        listening.put("MQTT", ports.mqtt());
        listening.values().removeIf(port -> port == ArtemisSettings.OFF);
        return listening;
    }

    /** The broker reports a taken port only after it has read its journal, and with a stack trace; so it is tried before. */
    private void checkFree(String protocol, int port) {
        if (port == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), port));
        } catch (IOException e) {
            throw new IllegalStateException("port " + port + " at " + settings.host() + " for " + protocol
                    + " cannot be listened on: " + e.getMessage() + "; stop who has it, or set another port");
        }
    }

    private ActiveMQJAASSecurityManager realm() throws ClassNotFoundException {
        ActiveMQJAASSecurityManager realm = new ActiveMQJAASSecurityManager(settings.realm());
        realm.setRolePrincipalClass("org.apache.karaf.jaas.boot.principal.RolePrincipal");
        realm.setUserPrincipalClass("org.apache.karaf.jaas.boot.principal.UserPrincipal");
        return realm;
    }

    private Configuration configuration() throws Exception {
        String data = settings.dataDirectory().toAbsolutePath().toString();
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setName("sommelier-" + serverId);
        configuration.setPersistenceEnabled(true);
        configuration.setJournalType(JournalType.NIO);
        configuration.setJournalDirectory(data + "/journal");
        configuration.setBindingsDirectory(data + "/bindings");
        configuration.setLargeMessagesDirectory(data + "/large-messages");
        configuration.setPagingDirectory(data + "/paging");
        configuration.setJournalFileSize(JOURNAL_FILE_BYTES);
        configuration.setJournalBufferSize_NIO(JOURNAL_BUFFER_BYTES);
        configuration.setJournalMinFiles(2);
        configuration.setJournalPoolFiles(10);
        configuration.setJournalSyncNonTransactional(true);
        configuration.setJournalSyncTransactional(true);
        configuration.setJournalLockAcquisitionTimeout(LOCK_LIMIT_MILLIS);
        configuration.setPersistDeliveryCountBeforeDelivery(true);
        configuration.setMessageExpiryScanPeriod(settings.expiryScan().toMillis());
        configuration.setGlobalMaxSize(settings.limits().totalBytes());
        configuration.setMaxDiskUsage(-1);
        configuration.setGracefulShutdownEnabled(false);
        configuration.setJMXManagementEnabled(true);
        configuration.setJMXUseBrokerName(true);
        configuration.setClusterUser(INSIDER);
        configuration.setClusterPassword(insiderPassword);
        secure(configuration);
        accept(configuration);
        settle(configuration);
        return configuration;
    }

    private void secure(ConfigurationImpl configuration) {
        configuration.setSecurityEnabled(!settings.realm().isEmpty());
        Set<Role> all = new HashSet<>();
        for (String role : settings.roles()) {
            all.add(new Role(role, true, true, true, true, true, true, true, true, true, true, true, true));
        }
        configuration.putSecurityRoles("#", all);
    }

    private void accept(ConfigurationImpl configuration) {
        configuration.addAcceptorConfiguration(new TransportConfiguration(
                InVMAcceptorFactory.class.getName(), Map.of("serverId", String.valueOf(serverId)), "in-vm"));
        listening().forEach((protocol, port) -> {
            Map<String, Object> parameters = new HashMap<>();
            parameters.put(TransportConstants.HOST_PROP_NAME, settings.host());
            parameters.put(TransportConstants.PORT_PROP_NAME, port);
            parameters.put(TransportConstants.PROTOCOLS_PROP_NAME, protocol);
            configuration.addAcceptorConfiguration(
                    new TransportConfiguration(NettyAcceptorFactory.class.getName(), parameters, protocol));
        });
    }

    /** What {@code sommelier.#} promises: it refuses what is too much, and gives nothing up by itself. */
    private void settle(ConfigurationImpl configuration) {
        configuration.addAddressSetting(
                "#",
                new AddressSettings()
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.FAIL)
                        .setMaxSizeBytes(settings.limits().addressBytes()));
        configuration.addAddressSetting(
                "sommelier.#",
                new AddressSettings()
                        .setAddressFullMessagePolicy(AddressFullMessagePolicy.FAIL)
                        .setMaxSizeBytes(settings.limits().addressBytes())
                        .setMaxDeliveryAttempts(-1)
                        .setRedeliveryDelay(0)
                        .setEnableIngressTimestamp(true)
                        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                        .setDefaultQueueRoutingType(RoutingType.ANYCAST)
                        .setAutoDeleteQueues(false)
                        .setAutoDeleteAddresses(false));
        // Who waits for a queue hears of it there, also when the broker is full: what the broker itself sends never
        // blocks.
        configuration.addAddressSetting(
                "activemq.notifications",
                new AddressSettings().setAddressFullMessagePolicy(AddressFullMessagePolicy.BLOCK));
        // Merged with those above. Who sends to a target that nobody knows is told so, and makes no queue; the JMS
        // client
        // would try the old prefix then.
        for (String commands : List.of("sommelier.in.#", "jms.queue.sommelier.in.#")) {
            configuration.addAddressSetting(
                    commands, new AddressSettings().setAutoCreateQueues(false).setAutoCreateAddresses(false));
        }
    }

    @Override
    public boolean isAlive() {
        return server.isStarted() && server.isActive();
    }

    /** Where a protocol is listened on, or -1. */
    @Override
    public int port(String protocol) {
        var acceptor = server.getRemotingService().getAcceptor(protocol);
        return acceptor == null ? -1 : acceptor.getActualPort();
    }

    @Override
    public ServerLocator locator() {
        return ActiveMQClient.createServerLocatorWithoutHA(new TransportConfiguration(
                InVMConnectorFactory.class.getName(), Map.of("serverId", String.valueOf(serverId))));
    }

    @Override
    public String user() {
        return settings.realm().isEmpty() ? "" : INSIDER;
    }

    @Override
    public String password() {
        return settings.realm().isEmpty() ? "" : insiderPassword;
    }

    @Override
    public void stop() throws Exception {
        try {
            if (server != null) {
                server.stop();
            }
        } finally {
            if (lock != null) {
                lock.release();
            }
        }
        if (InVMRegistry.instance.size() == 0) {
            InVMConnector.resetThreadPool(); // else its idle threads live for another minute
        }
    }
}
