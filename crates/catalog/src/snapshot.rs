//! The whole configuration at one revision, in memory.

mod apply;
mod organizations;
mod passwords;
mod route;
mod shelf;
#[cfg(test)]
mod tests;
mod unusual;

pub(crate) use self::apply::assemble;
pub use self::organizations::Place;
pub use self::unusual::Unusual;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use cairn_event::{AccountId, Region};
use cairn_select::{EventSelectors, SelectorError, Selectors};

use self::organizations::Organizations;
use crate::entity::Entity;
use crate::{
    AccessKey, Account, Group, InsightTags, InsightType, KmsAlias, KmsKey, LoginProfile, ManagedPolicy,
    MasterKey, MfaDevice, Owner, PasswordPolicy, Revision, Role, SealError, Settings, SigningKey,
    SourceEventCategory, Trail, User,
};

/// All entities of one revision. Cheap to share, never changes. What grows with the accounts of an organization is
/// shared with the revision before, as long as nothing of its kind changes.
#[derive(Debug, Clone)]
pub struct Snapshot {
    revision: Revision,
    settings: Arc<Settings>,
    accounts: Arc<BTreeMap<AccountId, Arc<Account>>>,
    users: Named<User>,
    groups: Named<Group>,
    roles: Named<Role>,
    managed_policies: BTreeMap<String, Arc<ManagedPolicy>>,
    access_keys: BTreeMap<String, Arc<AccessKey>>,
    login_profiles: Arc<BTreeMap<String, Arc<LoginProfile>>>,
    mfa_devices: Arc<BTreeMap<String, Arc<MfaDevice>>>,
    password_policies: Arc<BTreeMap<AccountId, Arc<PasswordPolicy>>>,
    signing_keys: BTreeMap<String, Arc<SigningKey>>,
    kms_keys: BTreeMap<String, Arc<KmsKey>>,
    kms_aliases: BTreeMap<String, Arc<KmsAlias>>,
    organizations: Arc<Organizations>,
    trails: BTreeMap<String, Arc<LiveTrail>>,
    // The same trails, where routing looks for them: each account's own and its copies of organization trails,
    // in the order of their ARNs.
    account_trails: Arc<BTreeMap<AccountId, Vec<Arc<LiveTrail>>>>,
}

/// What has a name that is unique in its account. A change copies the list of accounts and the names of one.
type Named<T> = Arc<BTreeMap<AccountId, Arc<BTreeMap<String, Arc<T>>>>>;

/// One life of a trail. A trail that is deleted and made again under its name is another one: it shares
/// neither status nor receipts with the former.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrailId {
    /// The trail's ARN.
    pub arn: String,
    /// The revision that made it.
    pub created: Revision,
}

/// A trail as a revision holds it: its configuration, its life, and its selectors ready for use.
#[derive(Debug)]
pub struct LiveTrail {
    id: TrailId,
    trail: Trail,
    selectors: Selectors,
    insight_tags: InsightTags,
}

/// Whose access key it is.
#[derive(Debug, Clone, Copy)]
pub enum Principal<'a> {
    /// The account's root user.
    Root(&'a Account),
    /// A user of the account.
    User(&'a Account, &'a User),
}

impl LiveTrail {
    pub(crate) fn compile(trail: Trail, created: Revision) -> Result<Self, SelectorError> {
        let given = trail.selectors.clone().unwrap_or_else(EventSelectors::default_for_trail);
        let selectors = Selectors::for_trail(given)?;
        let insight_tags = InsightTags::of(&trail.tags);
        Ok(Self { id: TrailId { arn: trail.arn.clone(), created }, trail, selectors, insight_tags })
    }

    /// Returns the trail's identity for status and receipts.
    pub fn id(&self) -> &TrailId {
        &self.id
    }

    /// Returns the configuration.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Returns the compiled selectors: the default ones when none were put.
    pub fn selectors(&self) -> &Selectors {
        &self.selectors
    }

    /// Returns what the trail's tags say of Insights.
    pub fn insight_tags(&self) -> &InsightTags {
        &self.insight_tags
    }

    /// Says whether the trail looks for unusual activity of a kind in these events.
    pub fn looks_for(&self, kind: InsightType, category: SourceEventCategory) -> bool {
        let mut selectors = self.trail.insights.iter();
        selectors.any(|selector| selector.insight_type == kind && selector.categories().contains(&category))
    }

    /// Says what CloudTrail calls `HasCustomEventSelectors`.
    pub fn has_custom_selectors(&self) -> bool {
        !self.selectors.is_default()
    }
}

impl Deref for LiveTrail {
    type Target = Trail;

    fn deref(&self) -> &Trail {
        &self.trail
    }
}

impl Snapshot {
    /// An empty revision, for [`Snapshot::admit`] to fill.
    pub(crate) fn empty(revision: Revision) -> Self {
        Self {
            revision,
            settings: Arc::default(),
            accounts: Arc::default(),
            users: Arc::default(),
            groups: Arc::default(),
            roles: Arc::default(),
            managed_policies: BTreeMap::new(),
            access_keys: BTreeMap::new(),
            login_profiles: Arc::default(),
            mfa_devices: Arc::default(),
            password_policies: Arc::default(),
            signing_keys: BTreeMap::new(),
            kms_keys: BTreeMap::new(),
            kms_aliases: BTreeMap::new(),
            organizations: Arc::default(),
            trails: BTreeMap::new(),
            account_trails: Arc::default(),
        }
    }

    /// Adds an entity that lives since the revision `created`, or replaces the one with the same key.
    pub(crate) fn admit(&mut self, entity: Entity, created: Revision) -> Result<(), SelectorError> {
        match entity {
            Entity::Settings(settings) => self.settings = Arc::new(settings),
            Entity::Account(account) => {
                Arc::make_mut(&mut self.accounts).insert(account.id, Arc::new(account));
            }
            Entity::User(user) => {
                of_account(&mut self.users, user.account).insert(user.name.clone(), Arc::new(user));
            }
            Entity::Group(group) => {
                of_account(&mut self.groups, group.account).insert(group.name.clone(), Arc::new(group));
            }
            Entity::Role(role) => {
                let role = Arc::new(*role);
                of_account(&mut self.roles, role.account).insert(role.name.clone(), role);
            }
            Entity::ManagedPolicy(policy) => {
                self.managed_policies.insert(policy.arn.clone(), Arc::new(*policy));
            }
            Entity::AccessKey(key) => {
                self.access_keys.insert(key.id.clone(), Arc::new(key));
            }
            Entity::LoginProfile(profile) => {
                Arc::make_mut(&mut self.login_profiles).insert(profile.key(), Arc::new(*profile));
            }
            Entity::MfaDevice(device) => {
                Arc::make_mut(&mut self.mfa_devices).insert(device.serial.clone(), Arc::new(*device));
            }
            Entity::PasswordPolicy(policy) => {
                Arc::make_mut(&mut self.password_policies).insert(policy.account, Arc::new(*policy));
            }
            Entity::SigningKey(key) => {
                self.signing_keys.insert(key.fingerprint.clone(), Arc::new(*key));
            }
            Entity::KmsKey(key) => {
                self.kms_keys.insert(key.arn.clone(), Arc::new(*key));
            }
            Entity::KmsAlias(alias) => {
                self.kms_aliases.insert(alias.arn.clone(), Arc::new(*alias));
            }
            Entity::Organization(organization) => {
                let organizations = &mut self.organized().organizations;
                organizations.insert(organization.id.clone(), Arc::new(*organization));
            }
            Entity::Member(member) => self.organized().put_member(*member),
            Entity::OrganizationalUnit(unit) => {
                self.organized().units.insert(unit.id.clone(), Arc::new(*unit));
            }
            Entity::OrganizationPolicy(policy) => {
                self.organized().policies.insert(policy.id.clone(), Arc::new(*policy));
            }
            Entity::Handshake(handshake) => self.organized().handshakes.put(*handshake),
            Entity::AccountCreation(creation) => self.organized().creations.put(*creation),
            Entity::Trail(trail) => {
                let trail = Arc::new(LiveTrail::compile(*trail, created)?);
                self.trails.insert(trail.arn.clone(), trail);
            }
        }
        Ok(())
    }

    fn organized(&mut self) -> &mut Organizations {
        Arc::make_mut(&mut self.organizations)
    }

    /// Makes the index fit the trails and organizations; the last step of building.
    pub(crate) fn index(mut self) -> Self {
        let mut account_trails: BTreeMap<AccountId, Vec<Arc<LiveTrail>>> = BTreeMap::new();
        for trail in self.trails.values() {
            account_trails.entry(trail.account).or_default().push(Arc::clone(trail));
            for member in self.organizations.with_copy(trail) {
                account_trails.entry(member).or_default().push(Arc::clone(trail));
            }
        }
        self.account_trails = Arc::new(account_trails);
        self
    }

    /// Returns the revision's number.
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Returns the settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Says whether multi-Region trails show themselves in `region`.
    pub fn is_enabled(&self, region: &Region) -> bool {
        self.settings.enabled_regions.contains(region)
    }

    /// Returns an account.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id).map(Arc::as_ref)
    }

    /// Lists the accounts by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(Arc::as_ref)
    }

    /// Returns a user by its exact name.
    pub fn user(&self, account: &AccountId, name: &str) -> Option<&User> {
        self.users.get(account)?.get(name).map(Arc::as_ref)
    }

    /// Lists the users of an account by name.
    pub fn users(&self, account: &AccountId) -> impl Iterator<Item = &User> {
        self.users.get(account).into_iter().flat_map(|named| named.values()).map(Arc::as_ref)
    }

    /// Returns a group by its exact name.
    pub fn group(&self, account: &AccountId, name: &str) -> Option<&Group> {
        self.groups.get(account)?.get(name).map(Arc::as_ref)
    }

    /// Lists the groups of an account by name.
    pub fn groups(&self, account: &AccountId) -> impl Iterator<Item = &Group> {
        self.groups.get(account).into_iter().flat_map(|named| named.values()).map(Arc::as_ref)
    }

    /// Returns a role by its exact name.
    pub fn role(&self, account: &AccountId, name: &str) -> Option<&Role> {
        self.roles.get(account)?.get(name).map(Arc::as_ref)
    }

    /// Lists the roles of an account by name.
    pub fn roles(&self, account: &AccountId) -> impl Iterator<Item = &Role> {
        self.roles.get(account).into_iter().flat_map(|named| named.values()).map(Arc::as_ref)
    }

    /// Returns a managed policy by its ARN.
    pub fn managed_policy(&self, arn: &str) -> Option<&ManagedPolicy> {
        self.managed_policies.get(arn).map(Arc::as_ref)
    }

    /// Lists the managed policies of an account by ARN.
    pub fn managed_policies<'a>(&'a self, account: &'a AccountId) -> impl Iterator<Item = &'a ManagedPolicy> {
        self.managed_policies.values().map(Arc::as_ref).filter(move |policy| policy.account == *account)
    }

    /// Returns an access key by its id.
    pub fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.access_keys.get(id).map(Arc::as_ref)
    }

    /// Lists the access keys of an account's principal, by id.
    pub fn access_keys<'a>(
        &'a self,
        account: &'a AccountId,
        owner: &'a Owner,
    ) -> impl Iterator<Item = &'a AccessKey> {
        self.access_keys
            .values()
            .map(Arc::as_ref)
            .filter(move |key| key.account == *account && key.owner == *owner)
    }

    /// Returns the principal that owns an access key. A committed key always has one.
    pub fn owner(&self, key: &AccessKey) -> Option<Principal<'_>> {
        let account = self.account(&key.account)?;
        match &key.owner {
            Owner::Root => Some(Principal::Root(account)),
            Owner::User(name) => Some(Principal::User(account, self.user(&key.account, name)?)),
        }
    }

    /// Tries whether every secret of this revision opens under `master`: once at the start, so that a
    /// wrong key file is found before the first request.
    ///
    /// # Errors
    /// What the first secret that does not open says.
    pub fn check_secrets(&self, master: &MasterKey) -> Result<(), SealError> {
        for key in self.access_keys.values() {
            key.open_secret(master)?;
        }
        self.check_passwords(master)?;
        for key in self.signing_keys.values() {
            key.open_private_key(master)?;
        }
        for key in self.kms_keys.values() {
            for material in &key.materials {
                master.open(KmsKey::secret_name(&key.arn), &material.secret)?;
            }
        }
        Ok(())
    }

    /// Lists the keys that ever signed digests of a Region, in the order of their validity.
    pub fn signing_keys(&self, region: &Region) -> Vec<&SigningKey> {
        let of_region = self.signing_keys.values().map(Arc::as_ref).filter(|key| key.region == *region);
        let mut keys: Vec<&SigningKey> = of_region.collect();
        keys.sort_by_key(|key| (key.valid_from, key.valid_until));
        keys
    }

    /// Returns a key of the built-in KMS by its ARN.
    pub fn kms_key(&self, arn: &str) -> Option<&Arc<KmsKey>> {
        self.kms_keys.get(arn)
    }

    /// Lists all keys of the built-in KMS by ARN.
    pub fn kms_keys(&self) -> impl Iterator<Item = &Arc<KmsKey>> {
        self.kms_keys.values()
    }

    /// Returns an alias by its ARN.
    pub fn kms_alias(&self, arn: &str) -> Option<&KmsAlias> {
        self.kms_aliases.get(arn).map(Arc::as_ref)
    }

    /// Lists all aliases by ARN.
    pub fn kms_aliases(&self) -> impl Iterator<Item = &KmsAlias> {
        self.kms_aliases.values().map(Arc::as_ref)
    }

    /// Returns a trail by its ARN.
    pub fn trail(&self, arn: &str) -> Option<&Arc<LiveTrail>> {
        self.trails.get(arn)
    }

    /// Lists all trails of all accounts by ARN.
    pub fn trails(&self) -> impl Iterator<Item = &Arc<LiveTrail>> {
        self.trails.values()
    }

    /// Lists the trails of an account in all Regions by ARN, each once: its own, and those of its organization
    /// that cover it.
    pub fn account_trails(&self, account: &AccountId) -> &[Arc<LiveTrail>] {
        self.account_trails.get(account).map(Vec::as_slice).unwrap_or_default()
    }

    /// Lists the trails that an account sees in a Region, by ARN: those at home there, and the shadows of
    /// its multi-Region trails if the Region is enabled. Logging or not.
    pub fn trails_for<'a>(
        &'a self,
        account: &AccountId,
        region: &'a Region,
    ) -> impl Iterator<Item = &'a Arc<LiveTrail>> {
        let enabled = self.is_enabled(region);
        self.account_trails(account)
            .iter()
            .filter(move |trail| trail.home_region == *region || (trail.is_multi_region && enabled))
    }
}

/// Returns what has a name in an account, for a change.
fn of_account<T>(all: &mut Named<T>, account: AccountId) -> &mut BTreeMap<String, Arc<T>> {
    Arc::make_mut(Arc::make_mut(all).entry(account).or_default())
}
