package io.sommelier.camel;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.admin.TargetView;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.transport.embedded.EmbeddedMember;
import io.sommelier.transport.embedded.EmbeddedTransport;
import io.sommelier.transport.embedded.MemberSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;

/** A controller, and a Camel context whose component is attached to it. */
final class World {
    final Controller controller =
            new Controller("controller-1", ControllerSettings.defaults().withKnownTargets(Set.of("cellar")));
    final EmbeddedTransport transport = new EmbeddedTransport();
    final CommandSender sender;
    final CamelContext context = new DefaultCamelContext();
    final SommelierComponent component;
    final ProducerTemplate template;
    private final List<EmbeddedMember> members = new ArrayList<>();
    private final AtomicInteger number = new AtomicInteger();

    World() {
        controller.add(transport).toCompletableFuture().join();
        sender = transport.sender("camel");
        component = new SommelierComponent(sender, this::register);
        context.addComponent("sommelier", component);
        context.getShutdownStrategy().setTimeout(1);
        context.start();
        template = context.createProducerTemplate();
    }

    private Runnable register(String targetId, Set<String> operations, boolean isDirect, CommandHandler handler) {
        MemberSpec.Builder spec = MemberSpec.of("route-" + number.incrementAndGet(), targetId);
        operations.forEach(operation -> {
            if (isDirect) {
                spec.direct(operation, handler);
            } else {
                spec.operation(operation, handler);
            }
        });
        EmbeddedMember member = added(spec);
        return () -> member.close(Duration.ofSeconds(5));
    }

    /** Has a handler serve an operation of the cellar, on a thread of its own. */
    EmbeddedMember serve(String operation, CommandHandler handler) {
        return added(
                MemberSpec.of("member-" + number.incrementAndGet(), "cellar").operation(operation, handler));
    }

    private EmbeddedMember added(MemberSpec.Builder spec) {
        EmbeddedMember member = transport.register(spec.build());
        members.add(member);
        Awaitility.await().until(() -> member.welcome().isPresent());
        return member;
    }

    /** Waits until the controller knows a member that may be given commands. */
    void awaitMember() {
        awaitMembers(1);
    }

    void awaitMembers(int most) {
        Awaitility.await()
                .until(() -> controller.admin().targets().stream()
                                .flatMap(target -> target.members().stream())
                                .filter(TargetView.MemberView::available)
                                .count()
                        >= most);
    }

    void routes(RouteBuilder routes) throws Exception {
        context.addRoutes(routes);
    }

    /** Sends an exchange that wants an answer, without waiting for it. */
    CompletableFuture<Exchange> ask(String uri, Processor processor) {
        return template.asyncSend(uri, exchange -> {
            exchange.setPattern(ExchangePattern.InOut);
            processor.process(exchange);
        });
    }

    void close() throws Exception {
        template.stop();
        context.stop();
        members.forEach(member -> member.close(Duration.ZERO));
        controller.close(Duration.ofSeconds(1));
    }
}
