"""What a run trains, and on which data: the profile's, with what the options say instead."""

from pathlib import Path

from bench.errors import BenchError, Exit
from bench.model.workload import Workload
from bench.plan.catalogue.data import DATA
from bench.plan.catalogue.profiles import DEFAULT_PROFILE, PROFILES, Profile
from bench.plan.catalogue.workloads import DEFAULT_MODEL, WORKLOADS, WorkloadFacts
from bench.plan.names import choose
from bench.plan.options import Options


def profile_of(options: Options) -> Profile:
    """The profile asked for, or the default one. BenchError (exit 2) if there is none."""
    by_name = {profile.name: profile for profile in PROFILES}
    name = DEFAULT_PROFILE if options.profile is None else options.profile
    return by_name[choose("profile", name, list(by_name))]


def workload_of(options: Options) -> Workload:
    """What is trained. BenchError (exit 2): an unknown model, or a size that it can't take."""
    name = DEFAULT_MODEL if options.model is None else options.model
    facts = WORKLOADS[choose("model", name, list(WORKLOADS))]
    image_size = options.image_size or profile_of(options).image_size
    _refuse_size(facts, image_size)
    return Workload(
        model=facts.name,
        title=facts.title,
        unit=facts.unit,
        image_size=image_size,
        seed=options.seed,
    )


def data_of(options: Options) -> str:
    """The data asked for, its path absolute. BenchError (exit 2) if it is none to train on."""
    asked = profile_of(options).data if options.data is None else options.data
    name, colon, path = asked.partition(":")
    if colon and name in DATA and DATA[name].takes_path:
        return f"{name}:{_folder(path)}"
    if DATA[choose("data", asked, list(DATA))].takes_path:
        raise BenchError(f"--data {asked} needs a path", f"--data {asked}:PATH", Exit.USAGE)
    return asked


def loaders_of(profile: Profile, cores: int) -> int:
    """The loader processes that a lane on so many cores would like."""
    return 0 if profile.loads_in_main_process else max(1, min(8, cores // 8))


def _refuse_size(facts: WorkloadFacts, size: int) -> None:
    multiple, smallest = facts.size_multiple, facts.smallest_size
    if size >= smallest and size % multiple == 0:
        return
    below, above = size // multiple * multiple, -(-size // multiple) * multiple
    takes = f"from {smallest}" if multiple == 1 else f"in multiples of {multiple} from {smallest}"
    fitting = dict.fromkeys(max(smallest, each) for each in (below, above))
    raise BenchError(
        f"--image-size {size}: {facts.title} takes pixels a side {takes}",
        " or ".join(f"--image-size {each}" for each in fitting),
        Exit.USAGE,
    )


def _folder(path: str) -> Path:
    """The folder, absolute. BenchError if it has not two folders in it: each is a class."""
    try:
        folder = Path(path).expanduser().absolute()
        classes = sum(each.is_dir() for each in folder.iterdir()) if path else 0
    except (OSError, RuntimeError) as error:  # RuntimeError: ~nobody is no user
        raise BenchError(
            f"--data folder:{path} can't be read: {getattr(error, 'strerror', error)}",
            "--data folder:PATH names a folder with one folder of images a class",
            Exit.USAGE,
        ) from error
    if classes < 2:
        raise BenchError(
            f"--data folder:{path} {'has no two classes in it' if path else 'names no folder'}",
            "put each class's images in a folder of its own: PATH/cats/1.png, PATH/dogs/1.png",
            Exit.USAGE,
        )
    return folder
