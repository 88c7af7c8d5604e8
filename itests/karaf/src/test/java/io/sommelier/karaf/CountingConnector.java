package io.sommelier.karaf;

import io.sommelier.api.CommandHandler;
import io.sommelier.connector.Connector;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A member of cellar in a JVM of its own, which prints the payload of each command that it executes. */
final class CountingConnector {
    static final String EXECUTED = "executed ";

    private static final long WORK_MILLIS = 10;

    private CountingConnector() {}

    /** {@code INSTANCE PORT}. */
    public static void main(String[] arguments) throws Exception {
        Connector connector = Connector.builder(arguments[0])
                .controller("127.0.0.1:" + arguments[1])
                .dialWait(Duration.ofMillis(50), Duration.ofMillis(500))
                .serves("cellar")
                .handler("pour", CommandHandler.answeringLater(invocation -> {
                    System.out.println(EXECUTED + invocation.command().payload().asText());
                    return CompletableFuture.supplyAsync(
                            () -> invocation.command().payload(),
                            CompletableFuture.delayedExecutor(WORK_MILLIS, TimeUnit.MILLISECONDS));
                }))
                .open();
        Runtime.getRuntime().addShutdownHook(new Thread(connector::close));
        new CountDownLatch(1).await();
    }
}
