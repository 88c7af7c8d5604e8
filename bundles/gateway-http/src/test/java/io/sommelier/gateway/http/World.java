package io.sommelier.gateway.http;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.http.engine.HttpEngine;
import io.sommelier.transport.embedded.EmbeddedMember;
import io.sommelier.transport.embedded.EmbeddedTransport;
import io.sommelier.transport.embedded.MemberSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;

/** A gateway on a real HTTP server, with a real controller and members in the same JVM. */
final class World implements AutoCloseable {
    static final String TARGET = "cellar";
    static final CommandHandler ECHO =
            (invocation, responder) -> responder.complete(io.sommelier.api.Part.complete(invocation.payload())
                    .contentType(invocation.command().contentType())
                    .build());

    final EmbeddedTransport transport = new EmbeddedTransport();
    final Controller controller;
    final HttpEngine engine;
    final Gateway gateway;
    final DefaultCamelContext context;
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    World(Map<String, String> settings, Map<String, String> engineSettings) throws Exception {
        controller = new Controller(
                "controller-1", ControllerSettings.defaults().withKnownTargets(java.util.Set.of("absent")));
        controller.add(transport).toCompletableFuture().join();
        var ofEngine = new HashMap<>(engineSettings);
        ofEngine.putIfAbsent("port", "0");
        ofEngine.putIfAbsent("ioThreads", "2");
        ofEngine.putIfAbsent("stopLimit", "200ms");
        engine = HttpEngine.listening(ofEngine);
        gateway = new Gateway(settings);
        gateway.sender(transport.sender("gateway"));
        gateway.admin(controller.admin());
        context = newContext();
        gateway.mount(context, engine);
        context.start();
    }

    static World open() throws Exception {
        return new World(Map.of(), Map.of());
    }

    static World with(Map<String, String> settings) throws Exception {
        return new World(settings, Map.of());
    }

    static DefaultCamelContext newContext() {
        var context = new DefaultCamelContext(false);
        context.disableJMX();
        context.setMessageHistory(false);
        context.getShutdownStrategy().setTimeout(3);
        return context;
    }

    /** A member of {@link #TARGET} with one operation, on an executor. */
    EmbeddedMember serve(String operation, CommandHandler handler) {
        return transport.register(MemberSpec.of("member:" + operation, TARGET)
                .operation(operation, handler)
                .build());
    }

    EmbeddedMember serveDirect(String operation, CommandHandler handler) {
        return transport.register(MemberSpec.of("member:" + operation, TARGET)
                .direct(operation, handler)
                .build());
    }

    int port() {
        return engine.getServerPort();
    }

    RawClient client() throws Exception {
        return new RawClient(port());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> post(String operation, String body, String... headers) throws Exception {
        HttpRequest.Builder request =
                request("/commands/" + TARGET + "/" + operation).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> delete(String path) throws Exception {
        return http.send(request(path).DELETE().build(), BodyHandlers.ofString());
    }

    /** A handler that answers that text. */
    static CommandHandler answering(String text) {
        return CommandHandler.answering(invocation -> Payload.ofText(text));
    }

    @Override
    public void close() {
        gateway.drain();
        context.stop();
        gateway.close();
        engine.close();
        controller.close(Duration.ofMillis(100));
    }
}
