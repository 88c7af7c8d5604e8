package io.sommelier.gateway.http;

import io.sommelier.api.CommandSender;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.gateway.http.GatewayRoutes.Route;
import io.sommelier.gateway.http.internal.command.CommandGate;
import io.sommelier.gateway.http.internal.command.Times;
import io.sommelier.gateway.http.internal.operator.DrainGate;
import io.sommelier.gateway.http.internal.operator.OperatorGate;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.request.Callers;
import io.sommelier.gateway.http.internal.route.RequestProcessor;
import io.sommelier.spi.LiveSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;

/**
 * Commands over HTTP, as routes of a Camel context. It answers with or without a controller; what is under way outlives a change of settings, of the controller and of the context. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
    private final LiveSettings<GatewaySettings> settings;
    private final ScheduledThreadPoolExecutor thread;
    private final CommandGate commands;
    private final OperatorGate operators;
    private final DrainGate drains;
    private final String openApi;

    /**
     * A gateway that is mounted nowhere, and has no controller.
     *
     * @param properties the settings as in the README; those that are not there have their default. Bad ones are refused, and the last good ones are in effect, or the defaults.
     */
    public Gateway(Map<String, ?> properties) {
        settings = new LiveSettings<>(GatewaySettings.PID, properties, GatewaySettings::read);
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "sommelier-gateway-http");
            made.setDaemon(true);
            return made;
        });
        thread.setRemoveOnCancelPolicy(true);
        commands = new CommandGate(
                () -> settings.now().requests(),
                () -> settings.now().replies(),
                () -> settings.now().limits(),
                Times.system(),
                thread);
        operators = new OperatorGate(
                () -> settings.now().hasOperatorPaths(), () -> settings.now().replies(), thread);
        drains = new DrainGate(operators, () -> settings.now().replies(), thread);
        openApi = resource("openapi.json");
        thread.scheduleWithFixedDelay(commands::sweep, 1, 1, TimeUnit.SECONDS);
    }

    private static String resource(String name) {
        try (InputStream in = Gateway.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the resource " + name + " cannot be read", e);
        }
    }

    /** Takes other settings, all or none; what is under way goes on. */
    public void settings(Map<String, ?> properties) {
        settings.change(properties);
    }

    /** Sends by that from now on; {@code null} while there is none. */
    public void sender(CommandSender present) {
        commands.sender(present);
    }

    /** Shows that controller from now on; {@code null} while there is none. */
    public void admin(ControllerAdmin present) {
        commands.admin(present);
        operators.admin(present);
    }

    /**
     * Adds the routes to a context, which is then to be started. One context at a time.
     *
     * @param engine the HTTP server that serves them
     * @throws Exception when the context does not take them
     */
    public void mount(CamelContext context, PlatformHttpEngine engine) throws Exception {
        context.getRegistry().bind("platform-http-engine", engine);
        context.getRegistry().bind(Wording.NAME, new Wording(commands::isDraining));
        context.addRoutes(new GatewayRoutes(routes()));
        commands.resume();
    }

    List<Route> routes() {
        return List.of(
                route("command-send", "POST", "/commands/{target}/{operation}", commands::send),
                route("command", "GET,DELETE", "/commands/{id}", commands::command),
                route("command-reply", "GET", "/commands/{id}/reply", commands::reply),
                route("targets", "GET", "/targets", operators::targets),
                route("target", "GET", "/targets/{id}", operators::target),
                route("latencies", "GET", "/latencies", operators::latencies),
                route("counters", "GET", "/counters", operators::counters),
                route("channels", "GET", "/channels", operators::channels),
                route("inflight", "GET", "/inflight", operators::inFlight),
                route("inflight-cancel", "DELETE", "/inflight/{id}", operators::cancel),
                route("channel-drain", "POST", "/channels/{id}/drain", drains::channel),
                route("target-drain", "POST", "/targets/{id}/drain", drains::target),
                route("controller-drain", "POST", "/controller/drain", drains::controller),
                route("controller-resume", "POST", "/controller/resume", drains::resume),
                route("openapi", "GET", "/openapi.json", (request, caller, exchange, callback) -> {
                    Answer.json(exchange, 200, openApi);
                    callback.done(false);
                }));
    }

    private Route route(String id, String methods, String path, RequestProcessor.Handling handling) {
        var processor = new RequestProcessor(
                Callers.OF_THIS_MACHINE,
                () -> settings.now().requests().origins(),
                () -> settings.now().replies(),
                handling);
        return new Route(id, methods, path, processor);
    }

    /**
     * Ends what is open, before the context stops: takes no more commands, waits for requests under way as long as {@code drainLimit} says, and gives up what is left, with an answer each. Blocks; not for event
     * loops.
     */
    public void drain() {
        commands.drain(settings.now().drainLimit());
    }

    /** What was refused of the settings last, for an operator; empty when nothing was. */
    Optional<String> problem() {
        return settings.problem();
    }

    /** For what takes time. */
    Executor thread() {
        return thread;
    }

    /** What it holds of commands, for tests and tools. */
    CommandGate commands() {
        return commands;
    }

    /** Gives up what is under way, and its thread. The context is its owner's to stop. */
    @Override
    public void close() {
        commands.close();
        thread.shutdownNow();
    }
}
