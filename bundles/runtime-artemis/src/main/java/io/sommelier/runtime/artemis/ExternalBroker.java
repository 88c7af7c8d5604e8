package io.sommelier.runtime.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.client.SessionFailureListener;

/** A broker elsewhere, and one connection that says whether it is there. Confined to the thread of its runtime. */
final class ExternalBroker implements Broker {
    private final ArtemisSettings settings;
    private final ClientThreads threads;
    private volatile boolean lost;
    private ServerLocator locator;
    private ClientSession watch;

    ExternalBroker(ArtemisSettings settings, ClientThreads threads) {
        this.settings = settings;
        this.threads = threads;
    }

    @Override
    public String start() throws Exception {
        locator = threads.forCore(locator());
        CoreAccess access = new CoreAccess(locator, locator, user(), password());
        watch = access.open(access.connect());
        watch.addFailureListener(new SessionFailureListener() {
            @Override
            public void connectionFailed(ActiveMQException exception, boolean failedOver) {
                lost = true;
            }

            @Override
            public void connectionFailed(
                    ActiveMQException exception, boolean failedOver, String scaleDownTargetNodeID) {
                lost = true;
            }

            @Override
            public void beforeReconnect(ActiveMQException exception) {
                // the locator never reconnects
            }
        });
        return "external at " + ArtemisSettings.withoutSecrets(settings.url());
    }

    @Override
    public boolean isAlive() {
        return !lost && !watch.isClosed();
    }

    @Override
    public int port(String protocol) {
        return -1;
    }

    @Override
    public ServerLocator locator() {
        try {
            return ActiveMQClient.createServerLocator(settings.url());
        } catch (Exception e) {
            throw new IllegalArgumentException("url " + ArtemisSettings.withoutSecrets(settings.url())
                    + " is no URL of a broker, such as tcp://broker:61616");
        }
    }

    @Override
    public String user() {
        return settings.user();
    }

    @Override
    public String password() {
        return settings.password();
    }

    @Override
    public void stop() throws ActiveMQException {
        if (watch != null) {
            watch.close();
        }
        if (locator != null) {
            locator.close();
        }
    }
}
