//! Words of closed lists as columns hold them: every list that an entry may have a field of.

use domain::catalogue::{Grade, Stage};
use domain::ledger::Word as _;
use domain::ledger::authority::SchoolRole;
use domain::ledger::consent::{Answer, DataClass, Method, OutcomeBack, Purpose};
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::*;
use domain::ledger::words::*;
use domain::referral::{Actor, CallParty, Concern, Event, RiskNow, Urgency};
use runtime::sql::SqlError;

use super::super::strange;
use super::codes::codes_of;
use super::{Cell, CellType, Field, Shape, words_of};

macro_rules! word_fields {
    ($words:ident; $($name:ident),+ $(,)?) => {
        $(impl Field for $name {
            const HOLDS: CellType = CellType::Text;
            const SHAPE: Shape = Shape::Word($words::<$name>);

            fn to_cell(&self) -> Cell {
                Cell::Text(self.as_str().to_owned())
            }

            fn from_cell(cell: Cell) -> Result<Self, SqlError> {
                strange(Self::from_word(&String::from_cell(cell)?))
            }
        })+
    };
}

word_fields!(codes_of; Grade, Stage);
word_fields!(
    words_of;
    ActivityKind,
    Actor,
    AgeBand,
    AlertSource,
    AnalysisDecision,
    Answer,
    AppointmentOutcome,
    CallParty,
    Concern,
    ContactWay,
    CounsellorPost,
    Course,
    CriticalLevel,
    DataClass,
    DataEnd,
    DestroyCause,
    Event,
    EventMode,
    FollowupKind,
    Form,
    InterviewResult,
    LiaisonParty,
    Method,
    Move,
    OutcomeBack,
    ParentEventKind,
    Post,
    Purpose,
    Relation,
    ReportKind,
    ReviewDecision,
    RiskNow,
    SchoolRole,
    SchoolPlanKind,
    Service,
    SessionOrigin,
    SessionTopic,
    StaffRole,
    Standing,
    Support,
    Tier,
    TransferKind,
    Urgency,
);
