package io.sommelier.karaf.probe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.runtime.ObjectMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.ObjectName;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.wiring.BundleWiring;

/** The {@link ProbeMXBean}, as a component of a bundle of its own. Thread-safe. */
public final class Probe implements ProbeMXBean, BundleListener, Consumer<String> {
    /** Where it is found. */
    public static final String NAME = "io.sommelier.karaf:type=Probe";

    private static final String OURS = "io.sommelier.";
    private static final String TESTS = "io.sommelier.karaf.";

    /** A class loader that is expected to go. */
    public record Watched(String bundle, WeakReference<ClassLoader> loader) {}

    private final Queue<String> stopped = new ConcurrentLinkedQueue<>();
    private final Queue<Watched> watched = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> executions = new ConcurrentHashMap<>();
    private volatile BundleContext context;

    /** Called when the component is activated. */
    protected void activate(BundleContext bundleContext) throws JMException {
        context = bundleContext;
        bundleContext.addBundleListener(this);
        ManagementFactory.getPlatformMBeanServer().registerMBean(this, new ObjectName(NAME));
    }

    /** Called when it is deactivated. */
    protected void deactivate() throws JMException {
        context.removeBundleListener(this);
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(new ObjectName(NAME));
    }

    private static boolean isOurs(Bundle bundle) {
        String name = bundle.getSymbolicName();
        return name != null && name.startsWith(OURS) && !name.startsWith(TESTS);
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPED && isOurs(event.getBundle())) {
            stopped.add(event.getBundle().getSymbolicName());
        }
    }

    @Override
    public Map<String, String> wirings() {
        Map<String, String> wirings = new TreeMap<>();
        for (Bundle bundle : context.getBundles()) {
            BundleWiring wiring = bundle.adapt(BundleWiring.class);
            if (isOurs(bundle) && wiring != null) {
                wirings.put(
                        bundle.getSymbolicName(),
                        System.identityHashCode(wiring) + (wiring.isInUse() ? " in use" : " not in use"));
            }
        }
        return wirings;
    }

    @Override
    public List<String> stopped() {
        List<String> since = new ArrayList<>();
        for (String name = stopped.poll(); name != null; name = stopped.poll()) {
            since.add(name);
        }
        return since;
    }

    @Override
    public void watch(String symbolicName) {
        for (Bundle bundle : context.getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                watched.add(new Watched(
                        symbolicName,
                        new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader())));
            }
        }
    }

    @Override
    public List<String> alive() {
        takeThePlaceOfTheLastRecord();
        System.gc();
        return watched.stream()
                .filter(entry -> entry.loader().get() != null)
                .map(Watched::bundle)
                .toList();
    }

    @Override
    public void accept(String executed) {
        executions.merge(executed, 1, Integer::sum);
    }

    @Override
    public Map<String, Integer> executions() {
        Map<String, Integer> since = new TreeMap<>(executions);
        executions.clear();
        return since;
    }

    /**
     * The JDK keeps the class of the last record whose methods were made, in a cache of handles that holds one ({@code java.lang.runtime.ObjectMethods}, JDK 17): the class loader of
     * a bundle that is gone would stay until another record comes.
     */
    private static void takeThePlaceOfTheLastRecord() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            for (Map.Entry<String, MethodType> method : Map.of(
                            "equals", MethodType.methodType(boolean.class, Watched.class, Object.class),
                            "hashCode", MethodType.methodType(int.class, Watched.class),
                            "toString", MethodType.methodType(String.class, Watched.class))
                    .entrySet()) {
                ObjectMethods.bootstrap(
                        lookup,
                        method.getKey(),
                        method.getValue(),
                        Watched.class,
                        "bundle;loader",
                        lookup.findGetter(Watched.class, "bundle", String.class),
                        lookup.findGetter(Watched.class, "loader", WeakReference.class));
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
